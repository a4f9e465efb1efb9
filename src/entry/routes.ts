import type { Context, Hono } from 'hono';
import { refusal } from '../errors.ts';
import type { AppEnv } from './app-env.ts';
import { problem } from './problem.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Answers a request. */
export type Handle = (c: Context<AppEnv>) => Response | Promise<Response>;

/** Registers a path's methods; any other method on it is a 405 with `Allow` (RFC 9110 §15.5.6). A HEAD is a GET. */
export function route(app: Hono<AppEnv>, path: string, methods: { [method in Method]?: Handle }): void {
  const handles = new Map<string, Handle>();
  for (const [method, handle] of Object.entries(methods)) {
    handles.set(method, handle);
    if (method === 'GET') handles.set('HEAD', handle);
  }
  const allow = [...handles.keys()].join(', ');
  const otherwise: Handle = (c) => problem(c, refusal('method_not_allowed', `Allowed here: ${allow}.`), { allow });
  app.all(path, (c) => (handles.get(c.req.method) ?? otherwise)(c));
}
