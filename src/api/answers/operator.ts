import * as z from 'zod';
import { Merchant as StoredMerchant } from '../../model/merchant.ts';
import { MaybeTime, pageOf, Time } from './common.ts';

const { shard: _, ...settings } = StoredMerchant.shape;

export const Merchant = z.strictObject({ ...settings, suspendedAt: MaybeTime, createdAt: Time, updatedAt: Time });
export const MerchantPage = pageOf(Merchant);

const Count = z.int();
/** A merchant in a list of those that need a look. */
const Named = { merchantId: z.string(), name: z.string() };
/** Providers and merchants that need a look, webhooks, the change of `SECRETS_KEY`, and sizes. */
export const Health = z.strictObject({
  at: Time,
  since: Time,
  countedAt: MaybeTime,
  countedAtMost: Count,
  providers: z.array(
    z.strictObject({
      channel: z.string(),
      provider: z.string(),
      sent: Count,
      delivered: Count,
      bounced: Count,
      failed: Count,
      unknown: Count,
    }),
  ),
  unknown: z.array(z.strictObject({ ...Named, unknown: Count, lastHour: Time })),
  overQuota: z.array(z.strictObject({ ...Named, refused: Count, lastAt: Time })),
  webhooks: z.strictObject({
    due: Count,
    oldestDueAt: MaybeTime,
    givenUp: Count,
    endpoints: Count,
    failing: Count,
    disabled: Count,
    troubled: z.array(
      z.strictObject({
        ...Named,
        endpointId: z.string(),
        host: z.string(),
        failingSince: MaybeTime,
        disabledAt: MaybeTime,
      }),
    ),
  }),
  sealing: z.strictObject({ changing: z.boolean(), left: Count }),
  stores: z.strictObject({ merchants: Count, paylinks: Count, databaseBytes: Count }),
});
