import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import { newIdAt } from '../../src/paylink-id.ts';
import { PaylinkCoordinator } from '../../src/paylinks/coordinator/coordinator.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aPayment } from '../support/payments.ts';
import { aClaim, aReport, grantsOf } from '../support/protocol.ts';
import { coordinatorStub } from '../support/providers/scripted-providers.ts';
import { seedPaylink } from '../support/verbs.ts';

/** D1 as the coordinator's one query for a Paylink sees it: for any but this Paylink it does not answer until `release`. */
function answeringOnly(paylinkId: string): { db: D1Database; release: () => void } {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const db = new Proxy(env.DB, {
    get: (target, name) => {
      if (name !== 'withSession') return Reflect.get(target, name).bind(target);
      return () => ({
        prepare: (sql: string) => ({
          bind: (id: string) => ({
            first: async () => {
              if (id !== paylinkId) await released;
              return target.prepare(sql).bind(id).first();
            },
          }),
        }),
      });
    },
  });
  return { db, release };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a coordinator with more to do than it can', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });

  it('turns away claims and callers’ changes at once, has reports, callbacks and payments wait for no place, and recovers at once', async () => {
    const paylink = await seedPaylink(merchant);
    // Nobody waits too long, however slow the machine.
    vi.useFakeTimers({ toFake: ['Date'] });
    await runInDurableObject(coordinatorStub(paylink.id), async (_, state) => {
      const { db, release } = answeringOnly(paylink.id);
      const coordinator = new PaylinkCoordinator(state, { ...env, DB: db });
      const command = aClaim(paylink);
      const [grant] = grantsOf(await coordinator.claim(command));
      if (!grant) throw new Error('no grant');
      // A hundred that run and three hundred that wait.
      const others = Array.from({ length: 400 }, () => {
        const id = newIdAt(Date.now(), 0);
        return coordinator.claim({ ...command, operationId: newIdAt(Date.now(), 0), paylinkId: id });
      });
      const change = (callerId: string | null, one: Parameters<typeof coordinator.change>[2]) =>
        coordinator.change(paylink.id, callerId, one);
      const shed = { kind: 'refused', refusal: { code: 'overloaded', retryAfterSeconds: 2 } };
      expect(await coordinator.claim(aClaim(paylink))).toMatchObject(shed);
      expect(await change(merchant.id, { kind: 'update', patch: { memo: 'm' }, createdBy: 'API Key' })).toMatchObject(
        shed,
      );
      expect(await change(merchant.id, { kind: 'cancel', createdBy: 'API Key' })).toMatchObject(shed);

      const accepted = { kind: 'accepted', messageId: 'm' } as const;
      expect(await coordinator.report(aReport(command, grant, accepted))).toMatchObject({ result: { kind: 'sent' } });
      const news = { status: 'DELIVERED', messageId: 'm', reason: null } as const;
      const delivered = { kind: 'delivery', attemptId: grant.attemptId, news } as const;
      expect(await change(null, delivered)).toMatchObject({ kind: 'done', changed: true });
      const payment = { kind: 'payment', payment: aPayment() } as const;
      expect(await change(merchant.id, payment)).toMatchObject({ kind: 'done', paylink: { status: 'PAID' } });

      release();
      for (const reply of await Promise.all(others)) expect(reply).toMatchObject({ refusal: { code: 'not_found' } });
      expect(await change(merchant.id, { kind: 'cancel', createdBy: 'API Key' })).toMatchObject({
        refusal: { code: 'already_paid' },
      });
    });
  });

  it('has a cancel that waits for calls in flight take no place from others', async () => {
    const paylink = await seedPaylink(merchant);
    await runInDurableObject(coordinatorStub(paylink.id), async (_, state) => {
      const coordinator = new PaylinkCoordinator(state, env);
      const command = aClaim(paylink);
      const [grant] = grantsOf(await coordinator.claim(command));
      if (!grant) throw new Error('no grant');
      const cancel = () => coordinator.change(paylink.id, merchant.id, { kind: 'cancel', createdBy: 'API Key' });
      const cancels = Array.from({ length: 100 }, cancel);
      const other = await coordinator.claim(aClaim(paylink, { key: 'other' }));
      expect(other).toMatchObject({ kind: 'refused', refusal: { code: 'not_active' } });
      await coordinator.report(aReport(command, grant, { kind: 'accepted', messageId: 'm' }));
      for (const reply of await Promise.all(cancels)) expect(reply).toMatchObject({ kind: 'done' });
    });
  });
});
