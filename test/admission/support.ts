import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import * as z from 'zod';
import { admissionFor } from '../../src/admission/admit.ts';
import type { Admission, AdmissionRequest, AdmissionResult, Quota } from '../../src/admission/port.ts';
import { type Config, configOf } from '../../src/env.ts';

/** null: no redis-server here, so what needs it is skipped (the run says so). */
export const bridge = inject('redisBridge');

/** The merchant limiter keeps the quota. */
export const objectConfig = (): Config => configOf({ ...env, RATE_LIMITER: 'object' });

/** Upstash keeps it, at `path` of the bridge. The time-out is long unless a test sets it. */
export const upstashConfig = (path: string, more: Record<string, string> = {}): Config =>
  configOf({
    ...env,
    RATE_LIMITER: 'upstash',
    UPSTASH_REDIS_REST_URL: `${bridge?.url}${path}`,
    UPSTASH_REDIS_REST_TOKEN: bridge?.token,
    RATE_LIMIT_TIMEOUT_MS: '5000',
    ...more,
  });

/** Starts a redis-server of its own behind the bridge; its path. */
export async function startRedis(): Promise<string> {
  const started = await fetch(`${bridge?.url}/start`, { method: 'POST' });
  return z.object({ path: z.string() }).parse(await started.json()).path;
}

export const killRedis = async (path: string): Promise<void> => {
  await (await fetch(`${bridge?.url}${path}/kill`, { method: 'POST' })).text();
};

/** An admission; `settled` awaits what it passed to `waitUntil`. */
export type TestAdmission = Admission & { settled: () => Promise<void> };

export function admissionWith(config: Config, limiters: typeof env.GATE = env.GATE): TestAdmission {
  const work: Promise<unknown>[] = [];
  const admission = admissionFor({ GATE: limiters }, config, (promise) => void work.push(promise));
  return {
    ...admission,
    settled: async () => {
      while (work.length > 0) await Promise.all(work.splice(0));
    },
  };
}

export const HUNDRED: Quota = { limit: 100, windowSeconds: 60 };

let made = 0;
/** A new merchant's id. */
export const someMerchant = (): string => `merchant-${++made}-${crypto.randomUUID()}`;

export const asking = (merchantId: string, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  merchantId,
  quota: HUNDRED,
  cost: 1,
  ...more,
});

/** The nonce of a request signed now. */
export const nonceOf = (nonce: string) => ({ nonce, expiresAt: Date.now() + 360_000 });

/** How many answers there are of each kind. */
export function tally(results: AdmissionResult[]): Record<AdmissionResult['kind'], number> {
  const counts = { admitted: 0, limited: 0, replayed: 0, unavailable: 0 };
  for (const { kind } of results) counts[kind] += 1;
  return counts;
}

export const parallel = (times: number, ask: (index: number) => Promise<AdmissionResult>): Promise<AdmissionResult[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => ask(index)));
