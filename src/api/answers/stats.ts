import * as z from 'zod';
import { Minor, Time } from './common.ts';

const messages = { sent: z.int(), delivered: z.int(), bounced: z.int(), failed: z.int(), unknown: z.int() };
const seconds = z.nullable(z.int());

const counts = {
  created: z.int(),
  opened: z.int(),
  paid: z.int(),
  amounts: z.array(z.strictObject({ currencyCode: z.string(), requested: Minor, paid: Minor, refunded: Minor })),
  /** Within 5 %, from the creation on. */
  medianSecondsToOpen: seconds,
  medianSecondsToPay: seconds,
  ...messages,
};

/** Counts from the hourly roll-up. `partial`: the running hour is among them. */
export const Stats = z.strictObject({
  from: Time,
  to: Time,
  timeZone: z.string(),
  groupBy: z.enum(['day', 'channel', 'provider']),
  partial: z.boolean(),
  data: z.array(
    z.union([
      z.strictObject({ day: z.iso.date(), partial: z.boolean(), ...counts }),
      z.strictObject({ channel: z.string(), ...messages }),
      z.strictObject({ channel: z.string(), provider: z.string(), ...messages }),
    ]),
  ),
  totals: z.strictObject(counts),
});
