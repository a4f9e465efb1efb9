import * as z from 'zod/mini';
import type { Channel } from '../../model.ts';
import { normalizePhone } from '../../paylinks/recipient.ts';

const Email = z.email().check(z.maxLength(254));
const Phone = z.e164().check(z.refine((number) => normalizePhone(number, 'US') === number));

/** What is wrong with an explicit `to`, for a person; null when it can be sent to. */
export function wrongOverride(channel: Channel, to: string): string | null {
  if (channel === 'EMAIL') {
    return Email.safeParse(to).success ? null : '`to` must be a valid email address, such as ada@example.com.';
  }
  return Phone.safeParse(to).success ? null : '`to` must be a phone number in E.164 form, such as +12025550143.';
}
