import { DurableObject } from 'cloudflare:workers';
import type { MiddlewareHandler } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { type ClientRateLimitInfo, rateLimiter } from 'hono-rate-limiter';
import { hashApiKey } from '../src/auth/api-key.ts';
import { type BearerCredential, findBearerCredential } from '../src/store/credentials.ts';
import type { PeerBindings, PeerEnv } from './peer-env.ts';

const keptMs = 30_000;
const mostKept = 5_000;
const known = new Map<string, { credential: BearerCredential | null; until: number }>();

async function credentialOf(db: D1Database, key: string): Promise<BearerCredential | null> {
  const hash = await hashApiKey(key);
  const now = Date.now();
  const kept = known.get(hash);
  if (kept && kept.until > now) return kept.credential;
  const credential = await findBearerCredential(db, hash);
  if (known.size >= mostKept) known.clear();
  known.set(hash, { credential, until: now + keptMs });
  return credential;
}

/** Hono's own bearer middleware; keys are looked up by their hash and remembered for 30 s. */
export const authenticate: MiddlewareHandler<PeerEnv> = bearerAuth<PeerEnv>({
  verifyToken: async (token, c) => {
    const credential = await credentialOf(c.env.DB, token);
    if (!credential || (credential.expiresAt !== null && credential.expiresAt <= Date.now())) return false;
    c.set('merchant', credential.merchant);
    return true;
  },
});

/** A merchant's hits in the present window, one object a merchant. */
export class HitCounter extends DurableObject<PeerBindings> {
  constructor(state: DurableObjectState, env: PeerBindings) {
    super(state, env);
    state.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS hits (id INTEGER PRIMARY KEY, total INTEGER NOT NULL, reset_at INTEGER NOT NULL)',
    );
  }

  increment(windowMs: number): { total: number; resetAt: number } {
    const now = Date.now();
    return this.ctx.storage.sql
      .exec<{ total: number; resetAt: number }>(
        `INSERT INTO hits (id, total, reset_at) VALUES (1, 1, ?1 + ?2)
         ON CONFLICT (id) DO UPDATE SET total = iif(reset_at <= ?1, 1, total + 1), reset_at = iif(reset_at <= ?1, ?1 + ?2, reset_at)
         RETURNING total, reset_at AS resetAt`,
        now,
        windowMs,
      )
      .one();
  }

  decrement(): void {
    this.ctx.storage.sql.exec('UPDATE hits SET total = max(0, total - 1)');
  }

  reset(): void {
    this.ctx.storage.sql.exec('DELETE FROM hits');
  }
}

/** hono-rate-limiter's store port over a Durable Object for each merchant. */
class ObjectStore {
  readonly #hits: PeerBindings['HITS'];
  readonly #windowMs: number;

  constructor(hits: PeerBindings['HITS'], windowMs: number) {
    this.#hits = hits;
    this.#windowMs = windowMs;
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    const { total, resetAt } = await this.#counter(key).increment(this.#windowMs);
    return { totalHits: total, resetTime: new Date(resetAt) };
  }

  async decrement(key: string): Promise<void> {
    await this.#counter(key).decrement();
  }

  async resetKey(key: string): Promise<void> {
    await this.#counter(key).reset();
  }

  #counter(key: string) {
    return this.#hits.get(this.#hits.idFromName(key));
  }
}

const limiters = new Map<number, MiddlewareHandler<PeerEnv>>();

function limiterOf(hits: PeerBindings['HITS'], windowMs: number): MiddlewareHandler<PeerEnv> {
  const made =
    limiters.get(windowMs) ??
    rateLimiter<PeerEnv>({
      windowMs,
      limit: (c) => c.get('merchant').rateLimitRequests ?? 100,
      standardHeaders: 'draft-7',
      keyGenerator: (c) => c.get('merchant').id,
      store: new ObjectStore(hits, windowMs),
    });
  limiters.set(windowMs, made);
  return made;
}

/** The library's window is its configuration's, so there is a limiter for each length. */
export const limit: MiddlewareHandler<PeerEnv> = (c, next) =>
  limiterOf(c.env.HITS, (c.get('merchant').rateLimitWindowSeconds ?? 60) * 1000)(c, next);
