import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LineItem, Paylink } from '../../src/model/paylink.ts';
import type { Changes } from '../../src/store/changes.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { loadPaylink } from '../../src/store/paylinks.ts';
import { projectChanges } from '../../src/store/project-changes.ts';
import { anOrder, aPaylink, changesOf } from '../support/a-paylink.ts';
import { anAttempt } from '../support/attempts.ts';
import { seedMerchant } from '../support/merchants.ts';

const anItem = (description: string): LineItem => ({
  id: crypto.randomUUID(),
  sku: null,
  price: 1010,
  quantity: 1,
  tax: null,
  description,
  category: null,
  metadata: null,
  createdAt: 1,
  updatedAt: 1,
});

describe('a batch of changes that reaches D1 late', () => {
  let created: Paylink;
  beforeEach(async () => {
    created = aPaylink({ merchantId: (await seedMerchant()).id });
    await insertPaylinks(env.DB, [{ ...changesOf(created, { lineItems: [anItem('first')] }), key: null }], []);
  });

  /** The Paylink as `version` has it: the memo is a detail, what else differs is progress. */
  const at = (version: number, some: Partial<Paylink> = {}): Paylink => ({
    ...created,
    version,
    status: version === 2 ? 'SENT' : 'OPENED',
    memo: `memo ${version}`,
    lastSentAt: version,
    updatedAt: version,
    ...some,
  });
  const whole = (version: number, parts: Partial<Changes> = {}) => changesOf(at(version), parts);
  const short = (version: number) => whole(version, { progressOnly: true });
  /** Each as a batch of its own. @returns what D1 has in the end */
  async function projected(...changes: Changes[]): Promise<Paylink | undefined> {
    for (const one of changes) await projectChanges(env.DB, [one], []);
    return (await loadPaylink(env.DB, created.id))?.paylink;
  }
  const progress = { version: 3, status: 'OPENED', lastSentAt: 3, updatedAt: 3 };

  it('never overwrites a newer head', async () => {
    expect(await projected(whole(3), whole(2))).toMatchObject({ ...progress, memo: 'memo 3' });
  });

  it('never overwrites a newer head’s progress by its short form', async () => {
    expect(await projected(short(3), short(2))).toMatchObject({ ...progress, memo: null });
    expect(await projected(whole(2))).toMatchObject({ ...progress, memo: null });
  });

  it('never overwrites a newer whole head by its short form', async () => {
    expect(await projected(whole(3), short(2))).toMatchObject({ ...progress, memo: 'memo 3' });
  });

  it('never overwrites a head of its own version, in either form', async () => {
    const other = at(3, { memo: 'another', status: 'CANCELED' });
    const stored = await projected(whole(3), changesOf(other), changesOf(other, { progressOnly: true }));
    expect(stored).toMatchObject({ ...progress, memo: 'memo 3' });
  });

  it('never replaces the line items of a newer head', async () => {
    const [second, third] = [{ lineItems: [anItem('second')] }, { lineItems: [anItem('third')] }];
    expect((await projected(whole(3, third), whole(2, second)))?.lineItems).toEqual(third.lineItems);
    expect((await projected(whole(4), whole(3, second)))?.lineItems).toEqual(third.lineItems);
  });

  it('never overwrites a newer attempt, nor one of its own version', async () => {
    const attempt = anAttempt({ status: 'DELIVERED', version: 4 });
    const older = { ...attempt, status: 'SENT' as const, messageId: 'older', version: 3 };
    const same = { ...older, version: 4 };
    const newer = { ...attempt, status: 'BOUNCED' as const, version: 5 };
    const storedAfter = async (...logs: (typeof attempt)[]) =>
      (await projected(...logs.map((log) => whole(log.version, { deliveryLogs: [log] }))))?.deliveryLogs;
    expect(await storedAfter(attempt, older, same)).toEqual([attempt]);
    expect(await storedAfter(newer, attempt)).toEqual([newer]);
  });

  it('never overwrites a newer order, nor one of its own version', async () => {
    const order = anOrder({ refunded: 600, status: 'PARTIALLY_REFUNDED', version: 4 });
    const older = { ...order, refunded: 100, version: 3 };
    const same = { ...older, version: 4 };
    const newer = { ...order, refunded: 1010, status: 'REFUNDED' as const, version: 5 };
    const storedAfter = async (...orders: (typeof order)[]) =>
      (await projected(...orders.map((one) => whole(one.version, { orders: [one] }))))?.orders;
    expect(await storedAfter(order, older, same)).toEqual([order]);
    expect(await storedAfter(newer, order)).toEqual([newer]);
  });
});
