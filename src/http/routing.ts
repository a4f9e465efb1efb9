import type { Context } from 'hono';
import { refusal } from '../errors.ts';
import type { AppEnv, Handle } from './app-env.ts';
import { wantsPage } from './pages/fault-page.tsx';
import { problem } from './problem.ts';

/** Handlers by path. */
export type Routes = { [path: string]: Handle };

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** A path's handlers by method; any other method is a 405 with `Allow` (RFC 9110 §15.5.6). A HEAD is a GET. */
export function byMethod(methods: { [method in Method]?: Handle }): Handle {
  const handles = new Map<string, Handle>();
  for (const [method, handle] of Object.entries(methods)) {
    handles.set(method, handle);
    if (method === 'GET') handles.set('HEAD', handle);
  }
  const allow = [...handles.keys()].join(', ');
  const otherwise: Handle = (c) => problem(c, refusal('method_not_allowed', `Allowed here: ${allow}.`), { allow });
  return (c) => (handles.get(c.req.method) ?? otherwise)(c);
}

const nothing = refusal('not_found', 'There is nothing here.');

/** Does a person look for a page here? Not who brings credentials: some HTTP clients accept HTML unless told otherwise. */
export function looksForPage(c: Context<AppEnv>): boolean {
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
  const brings = (name: string) => c.req.header(name) !== undefined;
  return isRead && wantsPage(c) && !brings('authorization') && !brings('signature');
}

/** The 404 of an unknown path: for a browser a page, whose code is loaded when one comes first. */
export const nothingHere: Handle = async (c) => {
  if (!looksForPage(c)) return problem(c, nothing);
  c.set('code', nothing.code);
  return (await import('./pages/nothing-here.tsx')).nothingHerePage(c);
};
