import { Idempotency, IdempotencyError, IdempotencyErrorCodes } from '@node-idempotency/core';
import type { MiddlewareHandler } from 'hono';
import * as z from 'zod';
import type { PeerEnv } from './peer-env.ts';

/** @node-idempotency's storage port over a table in D1: see `idempotencyTable` in targets.ts. */
const storageOf = (db: D1Database) => ({
  async setIfNotExists(key: string, value: string, { ttl = 0 }: { ttl?: number } = {}): Promise<boolean> {
    const now = Date.now();
    const { meta } = await db
      .prepare(
        `INSERT INTO idempotency (key, value, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at WHERE expires_at <= ?4`,
      )
      .bind(key, value, now + ttl, now)
      .run();
    return meta.changes === 1;
  },
  async set(key: string, value: string, { ttl = 0 }: { ttl?: number }): Promise<void> {
    await db
      .prepare('INSERT OR REPLACE INTO idempotency (key, value, expires_at) VALUES (?1, ?2, ?3)')
      .bind(key, value, Date.now() + ttl)
      .run();
  },
  async get(key: string): Promise<string | undefined> {
    const row = await db.prepare('SELECT value FROM idempotency WHERE key = ?1').bind(key).first<{ value: string }>();
    return row?.value;
  },
});

const Body = z.record(z.string(), z.unknown());

const statusOf = (error: IdempotencyError) => {
  switch (error.code) {
    case IdempotencyErrorCodes.REQUEST_IN_PROGRESS:
      return 409;
    case IdempotencyErrorCodes.IDEMPOTENCY_FINGERPRINT_MISSMATCH:
      return 422;
    default:
      return 400;
  }
};

/** A middleware of @node-idempotency/core: the first answer to a key is kept for a day and given again. */
export const idempotent: MiddlewareHandler<PeerEnv> = async (c, next) => {
  const key = c.req.header('idempotency-key');
  if (!key) return next();
  const idempotency = new Idempotency(storageOf(c.env.DB), { cacheKeyPrefix: c.get('merchant').id });
  const body = Body.catch({}).parse(await c.req.json().catch(() => ({})));
  const request = {
    method: c.req.method,
    path: c.req.path,
    headers: { 'idempotency-key': key },
    body,
  };
  try {
    const kept = await idempotency.onRequest<string, string>(request);
    if (kept) {
      const { status, contentType } = z
        .object({ status: z.number(), contentType: z.string() })
        .parse(kept.additional ?? {});
      const headers = { 'content-type': contentType, 'idempotency-replayed': 'true' };
      return new Response(kept.body, { status, headers });
    }
  } catch (error) {
    if (error instanceof IdempotencyError) return c.json({ error: error.message }, statusOf(error));
    throw error;
  }
  await next();
  const { status, headers } = c.res;
  const answer = await c.res.clone().text();
  const contentType = headers.get('content-type') ?? 'application/json';
  await idempotency.onResponse(request, { body: answer, additional: { status, contentType } });
};
