import * as z from 'zod/mini';
import type { Config } from '../env.ts';
import type { Quota, QuotaAnswer } from './port.ts';

/**
 * The sliding window of `@upstash/ratelimit`, over the same two counters (so a database in use goes on being counted), for any cost.
 * The library's script asks only whether anything is left and then adds the whole cost: above one it overshoots, and a refused request
 * has still used its units. A negative cost gives back. KEYS: this bucket, the one before. ARGV: limit, now (ms), window (ms), cost.
 * Answers {1 or 0, what remains}. Its first line lets Upstash lock these keys alone, not the database.
 */
export const SLIDING_WINDOW_SCRIPT = `#!lua flags=allow-key-locking
local current = tonumber(redis.call("GET", KEYS[1]) or "0")
local previous = tonumber(redis.call("GET", KEYS[2]) or "0")
local limit, now, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local used = current + math.floor((1 - (now % window) / window) * previous)
if cost > 0 and used + cost > limit then
  return {0, math.max(0, limit - used)}
end
redis.call("INCRBY", KEYS[1], cost)
if current == 0 then
  redis.call("PEXPIRE", KEYS[1], window * 2 + 1000)
end
return {1, math.max(0, limit - used - cost)}
`;

const PREFIX = 'paylinks:quota';

/**
 * A refusal does not say when the next unit is free, only when the bucket ends, and something may be free long before. So this is how
 * long a merchant is believed to be blocked, ms: no sooner than `Retry-After` could say.
 */
const BLOCK_MS = 1_000;

// Checked because a proxy, a wrong address or another service may answer in Upstash's place.
const Counted = z.object({ result: z.tuple([z.union([z.literal(0), z.literal(1)]), z.int().check(z.gte(0))]) });

const bucketOf = (now: number, { windowSeconds }: Quota): number => Math.floor(now / (windowSeconds * 1000));

type Connection = { url: string; token: string; timeoutMs: number };

/** The quota at Upstash, by its REST API, one call. Throws whatever is wrong; the caller has a rule for that, so nothing is asked twice. */
export class UpstashQuota {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws Error when Upstash is slow (beyond the time-out), unreachable, refuses the token or answers nonsense */
  async ask(merchantId: string, quota: Quota, cost: number): Promise<QuotaAnswer> {
    const now = Date.now();
    const [admitted, remaining] = await this.#count(merchantId, quota, cost, now);
    const resetMs = (bucketOf(now, quota) + 1) * quota.windowSeconds * 1000 - now;
    if (remaining > quota.limit) throw new Error('impossible answer');
    const blockedMs = admitted === 1 || remaining > 0 ? 0 : Math.min(resetMs, BLOCK_MS);
    return { admitted: admitted === 1, remaining, resetMs, blockedMs };
  }

  /**
   * Takes back what a request used that was then not let in. Only within the bucket that was charged (`chargedAt`, ms): the next one
   * would be credited instead, and let through more than the quota.
   */
  async giveBack(merchantId: string, quota: Quota, cost: number, chargedAt: number): Promise<void> {
    const now = Date.now();
    if (bucketOf(now, quota) === bucketOf(chargedAt, quota)) await this.#count(merchantId, quota, -cost, now);
  }

  /** EVAL, not EVALSHA: the script is some 800 bytes, while a database that has forgotten it would cost a second round trip. */
  async #count(merchantId: string, quota: Quota, cost: number, now: number) {
    const { url, token, timeoutMs } = this.#connection;
    const bucket = bucketOf(now, quota);
    const keys = [bucket, bucket - 1].map((number) => `${PREFIX}:${merchantId}:${number}`);
    const args = [quota.limit, now, quota.windowSeconds * 1000, cost];
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(['EVAL', SLIDING_WINDOW_SCRIPT, keys.length, ...keys, ...args]),
        redirect: 'manual',
        signal: deadline.signal,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`answered ${response.status}: ${text.slice(0, 200)}`);
      return Counted.parse(JSON.parse(text)).result;
    } finally {
      clearTimeout(timer);
    }
  }
}

const clients = new WeakMap<Config, UpstashQuota>();

/** The client of this configuration, made once; null where Upstash is not configured. */
export function upstashOf(config: Config): UpstashQuota | null {
  const { RATE_LIMITER, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = config;
  if (RATE_LIMITER !== 'upstash' || url === undefined || token === undefined) return null;
  const known = clients.get(config);
  if (known) return known;
  const client = new UpstashQuota({ url, token, timeoutMs: config.RATE_LIMIT_TIMEOUT_MS });
  clients.set(config, client);
  return client;
}
