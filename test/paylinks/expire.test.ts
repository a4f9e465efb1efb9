import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { configOf } from '../../src/env.ts';
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
    expect(await sweepExpired(env, configOf(env), expiration - 1)).toEqual({ done: 0, position: null });
    expect(await sweepExpired(env, configOf(env), expiration)).toEqual({ done: 1, position: null });
    expect(await sweepExpired(env, configOf(env), expiration)).toEqual({ done: 0, position: null });
    const stored = await findPaylink(contextOf(merchant), paylink.id);
    expect(stored).toMatchObject({
      status: 'EXPIRED',
      events: [{ type: 'CREATED' }, { type: 'EXPIRED', createdBy: 'System' }],
    });
  });

  it('is written down by one call for up to 500 of a coordinator, the oldest first; a turn goes on where the last one ended', async () => {
    const { id: merchantId } = await seedMerchant();
    // The newest first, so that the order in which they are stored is not the answer.
    const paylinks = Array.from({ length: 2_100 }, (_, n) => aPaylink({ merchantId, expiration: 10_000 - n }));
    for (let at = 0; at < paylinks.length; at += 300) {
      const some = paylinks.slice(at, at + 300).map((paylink) => ({ ...changesOf(paylink), key: null }));
      await insertPaylinks(env.DB, some, []);
    }
    const asked: string[][] = [];
    // Nothing is written: what failed in one turn must not come again in the next.
    const expire: CoordinatorRpc['expire'] = async (ids) => {
      asked.push(ids);
      return 0;
    };
    const COORDINATOR = new Proxy(env.COORDINATOR, {
      get: (target, name) => (name === 'get' ? () => ({ expire }) : Reflect.get(target, name).bind(target)),
    });
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const turn = (position: string | null) =>
      sweepExpired({ ...env, COORDINATOR }, configOf(env), 10_000, { position, mayGoOn: () => false });
    const first = await turn(null);
    expect(first.position).not.toBeNull();
    expect(asked.every((ids) => ids.length <= 500)).toBe(true);
    const oldest = paylinks.slice(100).map(({ id }) => id);
    expect(asked.splice(0).flat().toSorted()).toEqual(oldest.toSorted());
    expect(await turn(first.position)).toEqual({ done: 0, position: null });
    expect(asked.flat().toSorted()).toEqual(
      paylinks
        .slice(0, 100)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('100,000 due at once are all written down in one turn, by one call for 500', async () => {
    const { id: merchantId } = await seedMerchant();
    const count = 100_000;
    const like = aPaylink({ merchantId });
    await insertPaylinks(env.DB, [{ ...changesOf(like), key: null }], []);
    const { results } = await env.DB.prepare('SELECT * FROM paylinks WHERE id = ?').bind(like.id).all();
    const names = Object.keys(results[0] ?? {});
    const own: Record<string, string> = {
      id: "printf('01890000-0000-7001-8000-%012x', i)",
      code: "'due' || i",
      expiration: '1000 + i',
    };
    const cells = names.map((name) => own[name] ?? `p.${name}`).join(', ');
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO paylinks (${names.join(', ')}) SELECT ${cells} FROM n CROSS JOIN paylinks p ON p.id = ?2`,
    )
      .bind(count, like.id)
      .run();
    let calls = 0;
    const COORDINATOR = new Proxy(env.COORDINATOR, {
      get(target, name) {
        if (name === 'get') calls += 1;
        return Reflect.get(target, name).bind(target);
      },
    });
    expect(await sweepExpired({ ...env, COORDINATOR }, configOf(env), Date.now())).toMatchObject({ position: null });
    const left = () =>
      env.DB.prepare("SELECT count(*) AS n FROM paylinks WHERE merchant_id = ? AND status <> 'EXPIRED' AND id <> ?")
        .bind(merchantId, like.id)
        .first<{ n: number }>();
    // What one call waits for is a second; its batches go on.
    await expect.poll(left, { timeout: 60_000 }).toEqual({ n: 0 });
    // With those 2,100 that the test before has left.
    expect(calls).toBeLessThanOrEqual((count + 2_100) / 500 + 1);
  }, 600_000);
});
