import type { Config } from '../env.ts';
import type { Quota, QuotaAnswer } from './port.ts';

const PREFIX = 'paylinks:quota';

/**
 * A refusal says when the bucket ends, not when the next unit is free, which may be long before. So a refusal is remembered for this
 * time only, ms: the shortest that `Retry-After` can say.
 */
const BLOCK_MS = 1_000;

/**
 * The library refuses a cost uncounted only when nothing is left. A cost that does not fit is counted and refused, and the answer looks
 * the same. So a cost above one is asked for with this many units above the limit: it is always counted, and `remaining` says what was
 * used before it.
 */
const HEADROOM = 1_000_000_000;

/** `charged`: the units are counted at Upstash. A refused cost above one stays counted until it is given back. */
export type UpstashAnswer = QuotaAnswer & { charged: boolean };

type Connection = { url: string; token: string; timeoutMs: number };

const windowMs = ({ windowSeconds }: Quota): number => windowSeconds * 1000;
const bucketOf = (now: number, quota: Quota): number => Math.floor(now / windowMs(quota));
const headroomOf = (rate: number): number => (rate > 1 ? HEADROOM : 0);

/** Loaded when first asked for: they are a tenth of the bundle, and most deployments keep the quota in the merchant limiter. */
async function libraries() {
  const [{ Ratelimit }, { Redis }] = await Promise.all([
    import('@upstash/ratelimit'),
    import('@upstash/redis/cloudflare'),
  ]);
  return { Ratelimit, Redis };
}

/** The quota at Upstash. It throws on every fault and never repeats a call: the caller decides what an outage means. */
export class UpstashQuota {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * One call; none for a cost above the limit, which never fits.
   * @throws Error when Upstash is slower than the time-out, is unreachable, refuses the token or answers something unexpected
   */
  async ask(merchantId: string, quota: Quota, cost: number): Promise<UpstashAnswer> {
    if (cost > quota.limit) {
      return { admitted: false, remaining: 0, resetMs: windowMs(quota), blockedMs: 0, charged: false };
    }
    const { success, remaining, reset } = await this.#limit(merchantId, quota, cost);
    const left = remaining - headroomOf(cost);
    const before = success ? left + cost : left;
    if (before > quota.limit) throw new Error('impossible answer');
    const resetMs = reset - Date.now();
    if (success && left >= 0) return { admitted: true, remaining: left, resetMs, blockedMs: 0, charged: true };
    const free = Math.max(0, before);
    const blockedMs = free > 0 ? 0 : Math.min(resetMs, BLOCK_MS);
    return { admitted: false, remaining: free, resetMs, blockedMs, charged: success };
  }

  /**
   * Gives back what a request was charged and then not admitted for, only in the bucket that was charged (`chargedAt`, ms). A later bucket
   * would be credited instead, and would admit more than the quota.
   */
  async giveBack(merchantId: string, quota: Quota, cost: number, chargedAt: number): Promise<void> {
    if (bucketOf(Date.now(), quota) === bucketOf(chargedAt, quota)) await this.#limit(merchantId, quota, -cost);
  }

  async #limit(merchantId: string, quota: Quota, rate: number) {
    const { url, token, timeoutMs } = this.#connection;
    const { Ratelimit, Redis } = await libraries();
    const tokens = quota.limit + headroomOf(rate);
    const ended = new AbortController();
    const redis = new Redis({
      url,
      token,
      enableAutoPipelining: false,
      readYourWrites: false,
      enableTelemetry: false,
      retry: { retries: 0 },
      signal: () => ended.signal,
    });
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(tokens, `${quota.windowSeconds} s`),
      prefix: PREFIX,
      timeout: timeoutMs,
      ephemeralCache: false,
      enableTelemetry: false,
    });
    try {
      const answer = await limiter.limit(merchantId, { rate });
      if (answer.reason === 'timeout') throw new Error(`no answer within ${timeoutMs} ms`);
      // A proxy, a wrong address or another service may answer in Upstash's place.
      if (answer.limit !== tokens || !Number.isInteger(answer.remaining)) throw new Error('unexpected answer');
      return answer;
    } finally {
      // The library stops waiting at the time-out, but leaves the call open.
      ended.abort();
    }
  }
}

/** The client of this configuration; null where Upstash is not configured. */
export function upstashOf(config: Config): UpstashQuota | null {
  const { RATE_LIMITER, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = config;
  if (RATE_LIMITER !== 'upstash' || url === undefined || token === undefined) return null;
  return new UpstashQuota({ url, token, timeoutMs: config.RATE_LIMIT_TIMEOUT_MS });
}
