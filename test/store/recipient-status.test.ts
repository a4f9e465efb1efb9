import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { suppressionOf } from '../../src/paylinks/recipients/suppressions.ts';
import { findMerchant, findOwner, updateMerchant } from '../../src/store/merchants.ts';
import { readRecipientStatus } from '../../src/store/recipient-status.ts';
import { seedMerchant } from '../support/merchants.ts';
import { seedSuppressions } from '../support/suppressions.ts';
import { seedPaylink } from '../support/verbs.ts';

let merchant: Merchant;
let paylink: Paylink;

beforeAll(async () => {
  merchant = await seedMerchant();
  paylink = await seedPaylink(merchant);
});

describe('standings', () => {
  it('answer each question in its place, and none of a merchant that does not exist', async () => {
    const other = await seedMerchant();
    const hash = `hash-${crypto.randomUUID()}`;
    const attempt = { channel: 'EMAIL', recipient: null, recipientHash: hash } as const;
    const suppression = suppressionOf(other.id, attempt, 'unsubscribe', Date.now());
    await seedSuppressions([suppression]);
    const ask = (merchantId: string) => ({ merchantId, knownAt: null, hashes: [hash], countSms: false });
    const [nobody, own, foreign] = await readRecipientStatus(
      env.DB,
      [ask('nobody'), ask(other.id), ask(merchant.id)],
      Date.now(),
    );
    expect(nobody).toBeNull();
    expect(own).toEqual({
      merchant: other,
      suppressed: [{ channel: 'EMAIL', hash, reason: 'unsubscribe', id: suppression.id }],
      recent: [],
      recentSms: null,
    });
    expect(foreign).toMatchObject({ merchant: { id: merchant.id }, suppressed: [] });
  });

  it('tell of the merchant unless he is known as he is', async () => {
    const asked = async (knownAt: number) =>
      (
        await readRecipientStatus(
          env.DB,
          [{ merchantId: merchant.id, knownAt, hashes: [], countSms: false }],
          Date.now(),
        )
      )[0];
    expect(await asked(merchant.updatedAt)).toMatchObject({ merchant: null });
    const changed = await updateMerchant(env.DB, merchant.id, { paylinkSendCap: 1 }, Date.now());
    expect(await asked(merchant.updatedAt)).toMatchObject({ merchant: changed });
  });
});

describe('the owner of a Paylink', () => {
  it('is its merchant, for himself and his parent, and nobody else’s business', async () => {
    const parent = await seedMerchant();
    const child = await seedMerchant({ parentId: parent.id });
    const { id } = await seedPaylink(child);
    expect(await findOwner(env.DB, id, child.id)).toEqual(child);
    expect(await findOwner(env.DB, id, parent.id)).toEqual(child);
    expect(await findOwner(env.DB, id, merchant.id)).toBeNull();
    expect(await findOwner(env.DB, crypto.randomUUID(), parent.id)).toBeNull();
    expect(await findOwner(env.DB, paylink.id, merchant.id)).toEqual(await findMerchant(env.DB, merchant.id));
  });
});
