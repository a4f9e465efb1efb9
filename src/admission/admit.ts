import type { Bindings, Config } from '../env.ts';
import { BlockedCache } from './blocked-cache.ts';
import { type AskGate, gatesOf } from './gate-client.ts';
import { IsolateQuota } from './isolate-quota.ts';
import { countOutage } from './outages.ts';
import type {
  Admission,
  AdmissionRequest,
  AdmissionResult,
  GateNonce,
  Quota,
  QuotaAnswer,
  QuotaState,
} from './port.ts';
import { quotaState } from './quota.ts';
import { type UpstashAnswer, type UpstashQuota, upstashOf } from './upstash.ts';

/** What an admission is made of; `upstash` null: the gate keeps the quota. */
export type AdmissionParts = {
  askGate: AskGate;
  upstash: Pick<UpstashQuota, 'ask' | 'giveBack'> | null;
  blocked: BlockedCache;
  isolateQuota: IsolateQuota;
  waitUntil: (work: Promise<unknown>) => void;
};

/** Shortened: Upstash's client quotes what it was answered, and the command too. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 200);

type Asked = AdmissionRequest & { claim: GateNonce | null };
type RetryDecision = QuotaAnswer | 'replayed' | 'unavailable';

/** Quota and nonce in one call to the gate; a bearer request goes on without it, within what this isolate allows. */
async function atGate(parts: AdmissionParts, { merchantId, quota, cost, claim }: Asked): Promise<RetryDecision> {
  const answer = await parts.askGate(merchantId, { quota, cost, nonce: claim });
  if (answer?.replayed) return 'replayed';
  if (!answer && claim) return 'unavailable';
  return answer?.quota ?? parts.isolateQuota.ask(merchantId, quota, cost, Date.now());
}

type Upstash = Pick<UpstashQuota, 'ask' | 'giveBack'>;

/** Takes back, after the answer, what a request was charged at `askedAt` (ms) and then not let in. */
function giveBack(parts: AdmissionParts, upstash: Upstash, { merchantId, quota, cost }: Asked, askedAt: number): void {
  const refund = upstash.giveBack(merchantId, quota, cost, askedAt);
  parts.waitUntil(refund.catch((error) => countOutage('upstash', reasonOf(error), Date.now())));
}

/** A refused request gives back at once what it was charged: until then others may be refused for it. null: an outage. */
async function askUpstash(parts: AdmissionParts, upstash: Upstash, asked: Asked): Promise<UpstashAnswer | null> {
  const askedAt = Date.now();
  try {
    const answer = await upstash.ask(asked.merchantId, asked.quota, asked.cost);
    if (answer.charged && !answer.admitted) giveBack(parts, upstash, asked, askedAt);
    return answer;
  } catch (error) {
    countOutage('upstash', reasonOf(error), Date.now());
    return null;
  }
}

/** Upstash for the quota and, at the same time, the gate for the nonce. An outage of Upstash costs a second step, to the gate. */
async function besideUpstash(parts: AdmissionParts, upstash: Upstash, asked: Asked): Promise<RetryDecision> {
  const { merchantId, cost, claim } = asked;
  const askedAt = Date.now();
  const [claimed, answer] = await Promise.all([
    claim ? parts.askGate(merchantId, { quota: null, cost, nonce: claim }) : { replayed: false },
    askUpstash(parts, upstash, asked),
  ]);
  if (claimed && !claimed.replayed) return answer ?? atGate(parts, { ...asked, claim: null });
  if (answer?.admitted) giveBack(parts, upstash, asked, askedAt);
  return claimed ? 'replayed' : 'unavailable';
}

function nothingLeft(blocked: BlockedCache, merchantId: string, quota: Quota, now: number): QuotaState | null {
  const block = blocked.find(merchantId, quota, now);
  return block && quotaState(quota, 0, block.resetAt - now);
}

/** Composes an admission: one wait, or none at all for a merchant known to be blocked. */
export function admission(parts: AdmissionParts): Admission {
  return {
    async admit(request): Promise<AdmissionResult> {
      const { merchantId, quota, nonce } = request;
      const known = nothingLeft(parts.blocked, merchantId, quota, Date.now());
      if (known) return { kind: 'limited', quota: known };
      const asked = { ...request, claim: nonce ? { ...nonce, claim: crypto.randomUUID() } : null };
      const verdict = await (parts.upstash ? besideUpstash(parts, parts.upstash, asked) : atGate(parts, asked));
      if (typeof verdict === 'string') return { kind: verdict };
      if (verdict.blockedMs > 0) {
        const answeredAt = Date.now();
        const block = { until: answeredAt + verdict.blockedMs, resetAt: answeredAt + verdict.resetMs };
        parts.blocked.block(merchantId, quota, block);
      }
      const state = quotaState(quota, verdict.remaining, verdict.resetMs);
      return { kind: verdict.admitted ? 'admitted' : 'limited', quota: state };
    },
  };
}

/** Merchants an isolate remembers, as blocked or with a quota of its own. */
const MERCHANTS = 10_000;

const blocked = new BlockedCache(MERCHANTS);
const isolateQuota = new IsolateQuota(MERCHANTS);

/** What this isolate knows without any I/O: the merchant has nothing left at `now` (ms). null: it has to be asked. */
export const knownToBeOver = (merchantId: string, quota: Quota, now: number): QuotaState | null =>
  nothingLeft(blocked, merchantId, quota, now);

/** The admission of this deployment: Upstash beside the gate where `RATE_LIMITER` says so, else the gate alone. */
export function admissionFor(
  env: Pick<Bindings, 'GATE'>,
  config: Config,
  waitUntil: (work: Promise<unknown>) => void,
): Admission {
  const askGate = gatesOf(env.GATE, config, (reason) => countOutage('gate', reason, Date.now()));
  return admission({ askGate, upstash: upstashOf(config), blocked, isolateQuota, waitUntil });
}
