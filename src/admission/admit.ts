import type { Bindings, Config } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { BlockedCache } from './blocked-cache.ts';
import { IsolateQuota } from './isolate-quota.ts';
import { type AskLimiter, merchantLimiters } from './limiter-client.ts';
import { countOutage } from './outages.ts';
import type {
  Admission,
  AdmissionRequest,
  AdmissionResult,
  LimiterNonce,
  Quota,
  QuotaAnswer,
  QuotaState,
} from './port.ts';
import { quotaState } from './quota.ts';
import { type UpstashAnswer, type UpstashQuota, upstashOf } from './upstash.ts';

type Upstash = Pick<UpstashQuota, 'ask' | 'giveBack'>;

/** What an admission is made of; `upstash` null: the merchant limiter keeps the quota. */
export type AdmissionParts = {
  askLimiter: AskLimiter;
  upstash: Upstash | null;
  blocked: BlockedCache;
  isolateQuota: IsolateQuota;
  waitUntil: (work: Promise<unknown>) => void;
};

type Asked = AdmissionRequest & { claim: LimiterNonce | null };
type Decision = QuotaAnswer | 'replayed' | 'unavailable';

/** Shortened: Upstash's client quotes what it was answered, and the command too. */
const upstashOutage = (error: unknown): void => countOutage('upstash', errorMessage(error).slice(0, 200), Date.now());

/** Quota and nonce in one call. A bearer request goes on without the limiter, within what this isolate allows. */
async function byLimiter(parts: AdmissionParts, { merchantId, quota, cost, claim }: Asked): Promise<Decision> {
  const answer = await parts.askLimiter(merchantId, { quota, cost, nonce: claim });
  if (answer?.replayed) return 'replayed';
  if (!answer && claim) return 'unavailable';
  return answer?.quota ?? parts.isolateQuota.ask(merchantId, quota, cost, Date.now());
}

/** Gives back, after the answer, what a request was charged at `askedAt` (ms) and then not admitted for. */
function giveBack(parts: AdmissionParts, upstash: Upstash, { merchantId, quota, cost }: Asked, askedAt: number): void {
  parts.waitUntil(upstash.giveBack(merchantId, quota, cost, askedAt).catch(upstashOutage));
}

/** A refused request gives back at once what it was charged: until then others may be refused for it. null: an outage. */
async function askUpstash(parts: AdmissionParts, upstash: Upstash, asked: Asked): Promise<UpstashAnswer | null> {
  const askedAt = Date.now();
  try {
    const answer = await upstash.ask(asked.merchantId, asked.quota, asked.cost);
    if (answer.charged && !answer.admitted) giveBack(parts, upstash, asked, askedAt);
    return answer;
  } catch (error) {
    upstashOutage(error);
    return null;
  }
}

/** Asks Upstash for the quota and, at the same time, the limiter for the nonce. When Upstash is out, a second call asks the limiter. */
async function byUpstash(parts: AdmissionParts, upstash: Upstash, asked: Asked): Promise<Decision> {
  const { merchantId, cost, claim } = asked;
  const askedAt = Date.now();
  const [claimed, answer] = await Promise.all([
    claim ? parts.askLimiter(merchantId, { quota: null, cost, nonce: claim }) : { replayed: false },
    askUpstash(parts, upstash, asked),
  ]);
  if (claimed && !claimed.replayed) return answer ?? byLimiter(parts, { ...asked, claim: null });
  if (answer?.admitted) giveBack(parts, upstash, asked, askedAt);
  return claimed ? 'replayed' : 'unavailable';
}

/** Composes an admission: one wait, or none for a merchant known to be blocked. */
export function admission(parts: AdmissionParts): Admission {
  return {
    async admit(request): Promise<AdmissionResult> {
      const { merchantId, quota, nonce } = request;
      const usedUp = parts.blocked.find(merchantId, quota, Date.now());
      if (usedUp) return { kind: 'limited', quota: usedUp };
      const asked = { ...request, claim: nonce ? { ...nonce, claim: crypto.randomUUID() } : null };
      const decision = await (parts.upstash ? byUpstash(parts, parts.upstash, asked) : byLimiter(parts, asked));
      if (typeof decision === 'string') return { kind: decision };
      const { admitted, remaining, resetMs, blockedMs } = decision;
      if (blockedMs > 0) {
        const answeredAt = Date.now();
        parts.blocked.block(merchantId, quota, { until: answeredAt + blockedMs, resetAt: answeredAt + resetMs });
      }
      return { kind: admitted ? 'admitted' : 'limited', quota: quotaState(quota, remaining, resetMs) };
    },
  };
}

/** Merchants an isolate remembers, as blocked or with a quota of its own. */
const MAX_MERCHANTS = 10_000;

const blocked = new BlockedCache(MAX_MERCHANTS);
const isolateQuota = new IsolateQuota(MAX_MERCHANTS);

/** The quota of a merchant that this isolate knows to be blocked at `now` (ms), without any I/O. null: it has to be asked. */
export const usedUpQuota = (merchantId: string, quota: Quota, now: number): QuotaState | null =>
  blocked.find(merchantId, quota, now);

/** The admission of this deployment: `RATE_LIMITER` says whether Upstash keeps the quota or the merchant limiter. */
export function admissionFor(
  env: Pick<Bindings, 'GATE'>,
  config: Config,
  waitUntil: (work: Promise<unknown>) => void,
): Admission {
  const askLimiter = merchantLimiters(env.GATE, config, (reason) => countOutage('limiter', reason, Date.now()));
  return admission({ askLimiter, upstash: upstashOf(config), blocked, isolateQuota, waitUntil });
}
