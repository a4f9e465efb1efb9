import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis/cloudflare';
import * as z from 'zod/mini';
import type { Config } from '../env.ts';
import type { Quota } from './port.ts';
import type { QuotaAnswer } from './quota.ts';
import { WHOLE_COST_SCRIPT } from './upstash-script.ts';

const PREFIX = 'paylinks:quota';

/** Quotas differ by merchant settings; beyond this many the limiters (plain objects, no state) are made anew. */
const LIMITERS = 1_000;

/**
 * A refusal does not say when the next unit is free, only when the bucket ends, and something may be free long before. So this is how
 * long a merchant is believed to be blocked, ms: no sooner than `Retry-After` could say.
 */
const BLOCK_MS = 1_000;

// Checked because a proxy, a wrong address or another service may answer in Upstash's place.
const LimitAnswer = z.object({
  success: z.boolean(),
  limit: z.int(),
  remaining: z.int().check(z.gte(0)),
  reset: z.int(),
});
const ScriptAnswer = z.tuple([z.union([z.literal(0), z.literal(1)]), z.int().check(z.gte(0))]);

const bucketOf = (now: number, { windowSeconds }: Quota): number => Math.floor(now / (windowSeconds * 1000));

type Connection = { url: string; token: string; timeoutMs: number };

/** The quota at Upstash: `@upstash/ratelimit`'s sliding window, one call. Throws whatever is wrong; the caller has a rule for that. */
export class UpstashQuota {
  readonly #redis: Redis;
  readonly #timeoutMs: number;
  readonly #limiters = new Map<string, Ratelimit>();

  constructor({ url, token, timeoutMs }: Connection) {
    this.#timeoutMs = timeoutMs;
    this.#redis = new Redis({
      url,
      token,
      retry: { retries: 1 },
      enableTelemetry: false,
      // Requests share this client, and none may wait for a batch that another one sent and may be cancelled with.
      enableAutoPipelining: false,
    });
  }

  /** @throws Error when Upstash is slow (beyond the time-out), unreachable, refuses the token or answers nonsense */
  async ask(merchantId: string, quota: Quota, cost: number, waitUntil: (work: Promise<unknown>) => void) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeoutMs} ms`)), this.#timeoutMs);
    });
    try {
      const answer = cost === 1 ? this.#one(merchantId, quota, waitUntil) : this.#whole(merchantId, quota, cost);
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Takes back what a request used that was then not let in. Only within the bucket that was charged (`chargedAt`, ms): the next one
   * would be credited instead, and let through more than the quota.
   */
  async giveBack(merchantId: string, quota: Quota, cost: number, chargedAt: number): Promise<void> {
    if (bucketOf(Date.now(), quota) !== bucketOf(chargedAt, quota)) return;
    await this.#limiter(quota).limit(merchantId, { rate: -cost });
  }

  async #one(merchantId: string, quota: Quota, waitUntil: (work: Promise<unknown>) => void): Promise<QuotaAnswer> {
    const now = Date.now();
    const limited = await this.#limiter(quota).limit(merchantId);
    const { success, limit, remaining, reset } = LimitAnswer.parse(limited);
    waitUntil(limited.pending);
    if (limit !== quota.limit) throw new Error(`limit ${limit} instead of ${quota.limit}`);
    return this.#answer(success, remaining, reset - now, quota);
  }

  /** As the library's limiter would, with its keys, but all or nothing. */
  async #whole(merchantId: string, quota: Quota, cost: number): Promise<QuotaAnswer> {
    const now = Date.now();
    const windowMs = quota.windowSeconds * 1000;
    const bucket = bucketOf(now, quota);
    const keys = [bucket, bucket - 1].map((number) => `${PREFIX}:${merchantId}:${number}`);
    const args = [quota.limit, now, windowMs, cost].map(String);
    // Made for each call: it hashes with a promise, which one request must not await for another.
    const answer = await this.#redis.createScript(WHOLE_COST_SCRIPT).exec(keys, args);
    const [admitted, remaining] = ScriptAnswer.parse(answer);
    return this.#answer(admitted === 1, remaining, (bucket + 1) * windowMs - now, quota);
  }

  #answer(admitted: boolean, remaining: number, resetMs: number, quota: Quota): QuotaAnswer {
    if (remaining > quota.limit || resetMs > quota.windowSeconds * 1000) throw new Error('impossible answer');
    const blockedMs = admitted || remaining > 0 ? 0 : Math.min(resetMs, BLOCK_MS);
    return { admitted, remaining, resetMs, blockedMs };
  }

  #limiter(quota: Quota): Ratelimit {
    const key = `${quota.limit}/${quota.windowSeconds}`;
    const known = this.#limiters.get(key);
    if (known) return known;
    if (this.#limiters.size >= LIMITERS) this.#limiters.clear();
    const limiter = new Ratelimit({
      redis: this.#redis,
      limiter: Ratelimit.slidingWindow(quota.limit, `${quota.windowSeconds} s`),
      prefix: PREFIX,
      // Its own cache blocks until the bucket ends, however much has become free, and its own time-out lets everything in.
      ephemeralCache: false,
      timeout: 0,
      analytics: false,
      enableTelemetry: false,
    });
    this.#limiters.set(key, limiter);
    return limiter;
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
