import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { listAttempts } from '../../src/store/webhook-attempts.ts';
import {
  type AttemptRecord,
  type Claimed,
  claimDeliveries,
  closeDeliveries,
  recordAttempt,
  releaseDeliveries,
} from '../../src/store/webhook-deliveries.ts';
import { deliveriesOf, type Hook, seedHook } from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

const leaseMs = 90_000;
/** Ahead of the clock, so that the runtime's own consumer finds nothing due. */
const ahead = 60 * 60 * 1000;

const record = (delivery: Claimed, some: Partial<AttemptRecord> = {}): AttemptRecord => ({
  delivery,
  outcome: 'delivered',
  statusCode: 200,
  error: null,
  answer: null,
  attemptedAt: 1,
  durationMs: 1,
  nextAttemptAt: null,
  disable: {
    reason: 'failing',
    failingBefore: 0,
    payload: {
      id: 'e',
      merchantId: 'm',
      type: 'endpoint.disabled',
      paylinkId: null,
      payload: '{}',
      createdAt: 1,
      callbackUrl: null,
    },
  },
  ...some,
});
const failed = { outcome: 'failed', statusCode: 500, error: 'refused' } as const;

describe('a webhook delivery whose lease ran out and that another claim holds', () => {
  let hook: Hook;
  let late: Claimed;
  let holder: Claimed;
  let held: object;

  beforeEach(async () => {
    const merchant = await seedMerchant();
    hook = await seedHook(merchant);
    const now = Date.now() + ahead;
    await seedPaylink(merchant, {}, contextOf(merchant, env, now));
    const [delivery] = await deliveriesOf(hook.endpoint.id);
    const claim = async (at: number): Promise<Claimed> => {
      const { deliveries } = await claimDeliveries(env.DB, {
        endpointId: hook.endpoint.id,
        ids: [delivery?.id ?? ''],
        limit: 1,
        now: at,
        leaseMs,
      });
      const [claimed] = deliveries;
      if (!claimed) throw new Error('nothing was due');
      return claimed;
    };
    late = await claim(now);
    holder = await claim(now + leaseMs);
    held = { status: 'pending', attempts: 2, round: 2, next_attempt_at: now + 2 * leaseMs };
  });
  const stored = async () => (await deliveriesOf(hook.endpoint.id))[0];

  it.each([
    ['success', {}],
    ['failure', { ...failed, nextAttemptAt: 5 }],
    ['last failure', failed],
  ])('is not settled by the late attempt’s %s, which is only noted', async (_, some) => {
    await recordAttempt(env.DB, record(late, some));
    expect(await stored()).toMatchObject(held);
    expect(await listAttempts(env.DB, hook.endpoint.id, { limit: 9 })).toMatchObject([{ attempt: 1 }]);
    await recordAttempt(env.DB, record(holder));
    expect(await stored()).toMatchObject({ status: 'delivered', attempts: 2, next_attempt_at: null });
  });

  it('is neither given back nor closed by the late claim', async () => {
    await releaseDeliveries(env.DB, [late], 5);
    expect(await stored()).toMatchObject(held);
    await closeDeliveries(env.DB, [late]);
    expect(await stored()).toMatchObject(held);
  });

  it('stays delivered when the late attempt then fails', async () => {
    await recordAttempt(env.DB, record(holder));
    await recordAttempt(env.DB, record(late, { ...failed, nextAttemptAt: 5 }));
    expect(await stored()).toMatchObject({ status: 'delivered', attempts: 2, next_attempt_at: null });
  });
});
