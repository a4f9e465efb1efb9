import * as z from 'zod';
import { Merchant as StoredMerchant } from '../../model/merchant.ts';
import { MaybeTime, pageOf, Time } from './common.ts';

const { shard: _, ...settings } = StoredMerchant.shape;

export const Merchant = z.strictObject({ ...settings, suspendedAt: MaybeTime, createdAt: Time, updatedAt: Time });
export const MerchantPage = pageOf(Merchant);

const Count = z.int();
/** Attempts of the last hour by provider, webhooks, the change of `SECRETS_KEY`, and sizes. */
export const Health = z.strictObject({
  at: Time,
  since: Time,
  countedAtMost: Count,
  providers: z.array(
    z.strictObject({
      channel: z.string(),
      provider: z.string(),
      attempts: Count,
      statuses: z.record(z.string(), Count),
    }),
  ),
  webhooks: z.strictObject({
    due: Count,
    oldestDueAt: MaybeTime,
    givenUp: Count,
    endpoints: Count,
    failing: Count,
    disabled: Count,
  }),
  sealing: z.strictObject({ changing: z.boolean(), left: Count }),
  stores: z.strictObject({ merchants: Count, paylinks: Count, databaseBytes: Count }),
});
