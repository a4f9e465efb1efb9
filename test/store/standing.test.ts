import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Merchant, Paylink } from '../../src/model.ts';
import { findMerchant, updateMerchant } from '../../src/store/merchants.ts';
import { eachRow, groupedRows } from '../../src/store/row-reader.ts';
import { readStanding } from '../../src/store/standing.ts';
import { seedMerchant } from '../support/merchants.ts';
import { seedPaylink } from '../support/verbs.ts';

const read = (paylinkId: string, caller: Merchant | null, others: string[] = []) =>
  readStanding(eachRow(env.DB), paylinkId, caller, others, Date.now());

describe('the standing of a Paylink', () => {
  let merchant: Merchant;
  let paylink: Paylink;

  beforeAll(async () => {
    merchant = await seedMerchant();
    paylink = await seedPaylink(merchant);
  });

  it('has the merchant as it is now, whatever the caller was taken for', async () => {
    const changed = await updateMerchant(env.DB, merchant.id, { paylinkSendCap: 1 }, Date.now());
    expect((await read(paylink.id, merchant))?.merchant).toEqual(changed);
    expect((await read(paylink.id, changed))?.merchant).toEqual(changed);
    expect((await read(paylink.id, null))?.merchant).toEqual(await findMerchant(env.DB, merchant.id));
  });

  it('is the child’s for its parent, and nobody else’s business', async () => {
    const parent = await seedMerchant();
    const child = await seedMerchant({ parentId: parent.id });
    const { id } = await seedPaylink(child);
    expect((await read(id, parent))?.merchant).toEqual(child);
    expect(await read(id, merchant)).toBeNull();
    expect(await read(crypto.randomUUID(), parent)).toBeNull();
  });

  it('is each ask’s own when many are read in one query', async () => {
    const paylinks = await Promise.all(
      Array.from({ length: 30 }, (_, n) => seedPaylink(merchant, { customer: { email: `c${n}@example.com` } })),
    );
    const stranger = await seedMerchant();
    const rows = groupedRows(env.DB, () => {});
    const standings = await Promise.all(
      paylinks.map(({ id }, n) =>
        readStanding(rows, id, n % 3 === 0 ? stranger : merchant, [`other-${n}`], Date.now()),
      ),
    );
    expect(standings.map((standing) => standing?.hashes ?? null)).toEqual(
      paylinks.map(({ emailHash }, n) => (n % 3 === 0 ? null : [emailHash, `other-${n}`])),
    );
  });
});
