import { refusal } from '../errors.ts';
import type { Handle } from './app-env.ts';
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

/** The 404 of an unknown path. */
export const nothingHere: Handle = (c) => problem(c, refusal('not_found', 'There is nothing here.'));
