import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  type CachedPaylink,
  created,
  mergeChanges,
  pendingChanges,
  toJournal,
} from '../../src/paylinks/coordinator/pending-changes.ts';
import { Progress } from '../../src/store/changes.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { loadPaylink } from '../../src/store/paylinks.ts';
import { projectChanges } from '../../src/store/project-changes.ts';
import { anOrder, aPaylink, changesOf } from '../support/a-paylink.ts';
import { seedMerchant } from '../support/merchants.ts';

/** Known at version 3: version 2 changed the memo, version 3 the status alone; D1 has `projectedVersion`. */
const known = (projectedVersion: number): CachedPaylink => ({
  ...created(aPaylink({ version: 3, status: 'SENT', memo: 'second' }), null),
  projectedVersion,
  detailsVersion: 2,
});

describe('what D1 does not have yet of a Paylink', () => {
  it('keeps a change of its details whole when one of its progress follows before D1 has either', async () => {
    const first = aPaylink({ merchantId: (await seedMerchant()).id });
    await insertPaylinks(env.DB, [{ ...changesOf(first), key: null }], []);
    const behind: CachedPaylink = { ...known(1), paylink: { ...first, version: 3, status: 'SENT', memo: 'second' } };
    await projectChanges(env.DB, [pendingChanges(behind)], []);
    expect((await loadPaylink(env.DB, first.id))?.paylink).toMatchObject({
      version: 3,
      status: 'SENT',
      memo: 'second',
    });
    expect(toJournal(behind).head).toMatchObject({ version: 3, memo: 'second' });
  });

  it('is no more than the progress of its head once D1 has the details', () => {
    expect(pendingChanges(known(2)).progressOnly).toBe(true);
    expect(Object.keys(toJournal(known(2)).head).sort()).toEqual(Object.keys(Progress.shape).sort());
  });
});

describe('a journal’s changes', () => {
  it('that are older than D1’s Paylink change nothing of it, in either form', () => {
    const stored = aPaylink({ version: 4, status: 'PAID', memo: 'fourth', orders: [anOrder({ version: 4 })] });
    const orders = [anOrder({ version: 3, amount: 400 })];
    for (const projectedVersion of [1, 2])
      expect(mergeChanges(stored, { ...toJournal(known(projectedVersion)), orders })).toEqual(stored);
  });

  it('of the short form leave the details of D1’s Paylink as they are', () => {
    const stored = aPaylink({ version: 2, memo: 'second', description: 'of D1' });
    expect(
      mergeChanges(stored, toJournal({ ...known(2), paylink: { ...stored, version: 3, status: 'SENT' } })),
    ).toEqual({
      ...stored,
      version: 3,
      status: 'SENT',
    });
  });
});
