import * as z from 'zod';
import { Merchant as StoredMerchant } from '../../model.ts';
import { MaybeTime, pageOf, Time } from './common.ts';

const { shard: _, ...settings } = StoredMerchant.shape;

export const Merchant = z.strictObject({ ...settings, suspendedAt: MaybeTime, createdAt: Time, updatedAt: Time });
export const MerchantPage = pageOf(Merchant);
