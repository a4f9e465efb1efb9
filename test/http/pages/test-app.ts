import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { type Config, configOf } from '../../../src/env.ts';
import type { AppEnv } from '../../../src/http/app-env.ts';
import type { Routes } from '../../../src/http/routing.ts';
import { utf8 } from '../../../src/lib/encoding.ts';
import { Timings } from '../../../src/lib/timings.ts';

/** An app with the variables that pipeline.ts sets, and a fixed clock. */
export function testApp(routes: Routes, more: { now?: number; config?: Partial<Config>; body?: string } = {}) {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('requestId', 'request-1');
    c.set('now', more.now ?? 1_700_000_000_000);
    c.set('config', { ...configOf(env), ...more.config });
    c.set('body', more.body === undefined ? new Uint8Array(await c.req.raw.clone().arrayBuffer()) : utf8(more.body));
    c.set('timings', new Timings());
    await next();
  });
  for (const [path, handle] of Object.entries(routes)) app.all(path, handle);
  /** Answers when everything passed to `waitUntil` is done. */
  return async (path: string, init?: RequestInit): Promise<Response> => {
    const ctx = createExecutionContext();
    const response = await app.request(path, init, env, ctx);
    await waitOnExecutionContext(ctx);
    return response;
  };
}
