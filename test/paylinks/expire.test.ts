import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { refusal } from '../../src/errors.ts';
import type { CoordinatorRpc } from '../../src/paylinks/coordinator/rpc.ts';
import { statusAt } from '../../src/paylinks/domain/status.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { sweepExpired } from '../../src/paylinks/transitions.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { aPaylink, changesOf } from '../support/a-paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

describe('a Paylink past its expiration', () => {
  it('is EXPIRED and not sent from that moment, and the sweep writes it down once', async () => {
    const merchant = await seedMerchant();
    const expiration = Date.now() + 60_000;
    const paylink = await seedPaylink(merchant, { expiration: new Date(expiration).toISOString() });
    await usingProviders(paylink.id, [], () => expiration);
    expect(statusAt(paylink, expiration - 1)).toBe('CREATED');
    expect(statusAt(paylink, expiration)).toBe('EXPIRED');
    expect(await send(contextOf(merchant), paylink.id)).toMatchObject({ refusal: { code: 'not_active' } });
    expect(await sweepExpired(env, configOf(env), expiration - 1)).toBe(0);
    expect(await sweepExpired(env, configOf(env), expiration)).toBe(1);
    expect(await sweepExpired(env, configOf(env), expiration)).toBe(0);
    const stored = await findPaylink(contextOf(merchant), paylink.id);
    expect(stored).toMatchObject({
      status: 'EXPIRED',
      events: [{ type: 'CREATED' }, { type: 'EXPIRED', createdBy: 'System' }],
    });
  });

  it('waits for the next sweep when 500 expired before it: a sweep takes the oldest, and no more', async () => {
    const { id: merchantId } = await seedMerchant();
    // The newest first, so that the order in which they are stored is not the answer.
    const paylinks = Array.from({ length: 502 }, (_, n) => aPaylink({ merchantId, expiration: 1_000 - n }));
    await insertPaylinks(
      env.DB,
      paylinks.map((paylink) => ({ ...changesOf(paylink), key: null })),
      [],
    );
    const asked: string[] = [];
    const change: CoordinatorRpc['change'] = async (id) => {
      asked.push(id);
      return { kind: 'refused', refusal: refusal('not_found', 'Only who is asked counts here.') };
    };
    const COORDINATOR = new Proxy(env.COORDINATOR, {
      get: (target, name) => (name === 'get' ? () => ({ change }) : Reflect.get(target, name).bind(target)),
    });
    expect(await sweepExpired({ ...env, COORDINATOR }, configOf(env), 1_000)).toBe(500);
    const [, , ...oldest] = paylinks.map(({ id }) => id);
    expect(asked.toSorted()).toEqual(oldest.toSorted());
  });
});
