import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Merchant, Paylink } from '../../src/model.ts';
import { findMerchant, updateMerchant } from '../../src/store/merchants.ts';
import { readStanding } from '../../src/store/standing.ts';
import { seedMerchant } from '../support/merchants.ts';
import { seedPaylink } from '../support/verbs.ts';

const read = (paylinkId: string, caller: Merchant | null, others: string[] = []) =>
  readStanding(env.DB, paylinkId, caller, others, Date.now());

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
});
