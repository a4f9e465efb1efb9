import * as z from 'zod';
import { Merchant } from '../../model/merchant.ts';
import { Id, MaybeTime, Time } from './common.ts';

const { shard: _, id: __, suspendedAt: ___, ...settings } = Merchant.shape;

/** When the secret that signs what callback URLs are told was made; the secret itself is not shown. */
const CallbackSecret = z.strictObject({ rotatedAt: Time, previousSecretExpiresAt: MaybeTime });

export const Settings = z.strictObject({
  merchantId: Id,
  ...settings,
  callbackSecret: z.nullable(CallbackSecret),
  createdAt: Time,
  updatedAt: Time,
});
export type Settings = z.infer<typeof Settings>;

export const RotatedCallbackSecret = z.strictObject({ ...CallbackSecret.shape, secret: z.string() });
