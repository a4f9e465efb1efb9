import type { Handler, Hono, MiddlewareHandler } from 'hono';
import { refusal } from '../errors.ts';
import type { AppEnv } from './app-env.ts';
import { problem } from './problem.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
type Chain = (Handler<AppEnv> | MiddlewareHandler<AppEnv>)[];

/** Registers a path's methods; any other method on it is a 405 with `Allow` (RFC 9110 §15.5.6). */
export function route(app: Hono<AppEnv>, path: string, methods: { [method in Method]?: Chain }): void {
  const allowed: string[] = [];
  for (const [method, chain] of Object.entries(methods)) {
    for (const handler of chain) app.on(method, path, handler);
    allowed.push(...(method === 'GET' ? ['GET', 'HEAD'] : [method]));
  }
  const allow = allowed.join(', ');
  app.all(path, (c) => problem(c, refusal('method_not_allowed', `Allowed here: ${allow}.`), { allow }));
}
