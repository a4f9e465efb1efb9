import * as z from 'zod';
import { Merchant as StoredMerchant } from '../../model.ts';
import { MaybeTime, pageOf, Time } from './common.ts';

const { shard: _, ...settings } = StoredMerchant.shape;

export const Merchant = z.strictObject({ ...settings, createdAt: Time, updatedAt: Time });
export const MerchantPage = pageOf(Merchant);

export const Credential = z.strictObject({
  id: z.guid(),
  merchantId: z.guid(),
  scheme: z.enum(['hmac', 'skipify', 'bearer']),
  label: z.nullable(z.string()),
  createdAt: Time,
  expiresAt: MaybeTime,
  revokedAt: MaybeTime,
});
/** With the secret or API key, which only this answer shows. */
export const IssuedCredential = z.strictObject({ ...Credential.shape, secret: z.string() });
export const Credentials = z.strictObject({ data: z.array(Credential) });
