import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Caller } from '../../src/model/caller.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { insertMerchant } from '../../src/store/merchants.ts';

/** A merchant with every default; its id is new. */
export function aMerchant(some: Partial<Merchant> = {}): Merchant {
  return {
    id: crypto.randomUUID(),
    parentId: null,
    name: 'Blue Bottle Books',
    mode: 'live',
    country: 'US',
    locale: 'en-US',
    timeZone: null,
    brandColor: '#1d4ed8',
    logoUrl: null,
    supportEmail: 'help@books.example',
    checkoutUrlTemplate: null,
    smsCountries: ['US', 'CA', 'GB'],
    rateLimitRequests: 100_000,
    rateLimitWindowSeconds: null,
    paylinkSendCap: 20,
    smsSendCap: 2_000,
    overrideSendCap: 5,
    recipientSendCap: 50,
    unkeyedWindowMs: 10_000,
    consentByContract: false,
    suspendedAt: null,
    shard: 0,
    createdAt: 1_750_000_000_000,
    updatedAt: 1_750_000_000_000,
    ...some,
  };
}

/** A caller with a credential of this merchant that may do everything. */
export const aCaller = (merchant: Merchant): Caller => ({
  merchant,
  credentialId: 'test',
  label: null,
  scopes: null,
});

/** The database at the current schema, and a merchant in it. */
export async function seedMerchant(some: Partial<Merchant> = {}): Promise<Merchant> {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  const merchant = aMerchant(some);
  const inserted = await insertMerchant(env.DB, merchant);
  if (inserted.kind !== 'inserted') throw new Error(`the merchant was not inserted: ${inserted.kind}`);
  return merchant;
}
