import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Paylink, PaylinkStatus } from '../../src/model/paylink.ts';
import { applyChange } from '../../src/paylinks/domain/apply-change.ts';
import { openPaylink } from '../../src/paylinks/transitions.ts';
import { aPaylink } from '../support/a-paylink.ts';
import { merchantApi } from '../support/api.ts';
import { coordinatorStub } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

const open = (paylink: Paylink, now: number): Paylink => {
  const applied = applyChange(paylink, { kind: 'open' }, now);
  return applied.kind === 'changed' ? applied.paylink : paylink;
};

describe('a look at the page', () => {
  it.each<[PaylinkStatus, PaylinkStatus]>([
    ['CREATED', 'OPENED'],
    ['SENT', 'OPENED'],
    ['OPENED', 'OPENED'],
    ['PARTIALLY_PAID', 'PARTIALLY_PAID'],
    ['FAILED', 'FAILED'],
  ])('counts while the Paylink is %s, and leaves it %s', (before, after) => {
    const start = aPaylink({ status: before, createdAt: 1 });
    const twice = open(open(start, 10), 20);
    expect(twice).toMatchObject({ status: after, firstOpenedAt: 10, lastOpenedAt: 20, openCount: 2, version: 3 });
    expect(twice.events.map(({ type, newValue }) => [type, newValue])).toEqual([['OPENED', { status: after }]]);
  });

  it.each<PaylinkStatus>(['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED', 'CANCELED', 'EXPIRED'])(
    'does not count once the Paylink is %s',
    (status) => {
      const over = aPaylink({ status });
      expect(open(over, over.createdAt + 1)).toBe(over);
    },
  );

  it('after another send is an event again, and the first time stays', () => {
    const opened = open(aPaylink({ status: 'SENT', createdAt: 1 }), 10);
    const again = open({ ...opened, status: 'SENT' }, 30);
    expect(again).toMatchObject({ status: 'OPENED', firstOpenedAt: 10, lastOpenedAt: 30, openCount: 2 });
    expect(again.events).toHaveLength(2);
  });

  it('counts on a Paylink that a Worker of the release before created without the columns', async () => {
    const { merchant, call } = await merchantApi();
    const paylink = aPaylink({ merchantId: merchant.id });
    for (const column of ['firstOpenedAt', 'lastOpenedAt', 'openCount']) Reflect.deleteProperty(paylink, column);
    const stub = coordinatorStub(paylink.id);
    expect(await stub.create({ paylink, parentId: null, key: null })).toEqual({ kind: 'created' });
    await stub.change(paylink.id, null, { kind: 'open' });
    expect(await (await call('GET', `/${paylink.id}`)).json()).toMatchObject({ status: 'OPENED', openCount: 1 });
  });

  it('is in D1 and in the body', async () => {
    const { merchant, call } = await merchantApi();
    const { id } = await seedPaylink(merchant);
    const none = { firstOpenedAt: null, lastOpenedAt: null, openCount: 0 };
    expect(await (await call('GET', `/${id}`)).json()).toMatchObject({ status: 'CREATED', ...none });
    const { config } = contextOf(merchant);
    await openPaylink(env, config, id);
    await openPaylink(env, config, id);
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    const opened = { status: 'OPENED', firstOpenedAt: time, lastOpenedAt: time, openCount: 2 };
    expect(await (await call('GET', `/${id}`)).json()).toMatchObject(opened);
  });
});
