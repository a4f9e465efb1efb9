import * as z from 'zod/mini';
import type { Channel } from '../../model/delivery.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { normalizePhone } from '../../paylinks/recipients/recipient.ts';

const Email = z.email().check(z.maxLength(254));
const Phone = z.e164().check(z.refine((number) => normalizePhone(number, 'US') === number));

/** What is wrong with an explicit `to`, for a person; null if it is valid. */
export function wrongOverride(channel: Channel, to: string): string | null {
  if (channel === 'EMAIL') {
    return Email.safeParse(to).success ? null : '`to` must be a valid email address, such as ada@example.com.';
  }
  return Phone.safeParse(to).success ? null : '`to` must be a phone number in E.164 form, such as +12025550143.';
}

const channels = { Email: 'EMAIL', Phone: 'SMS' } as const satisfies Record<string, Channel>;

// graphql-js has coerced these already; parsing tells TypeScript their type.
const SendArguments = z.object({
  input: z.object({ id: z.string(), channel: z.enum(['Email', 'Phone']), to: z.nullish(z.string()) }),
});

export type SendRequest = { paylinkId: string; channel: Channel; to: string | null };

/** The arguments of a send, or why they cannot be used. A malformed id is answered like an unknown one. */
export function readSendArguments(
  args: unknown,
): ({ kind: 'send' } & SendRequest) | { kind: 'invalid'; message: string } {
  const { input } = SendArguments.parse(args);
  const channel = channels[input.channel];
  const to = input.to ?? null;
  const wrong = to === null ? null : wrongOverride(channel, to);
  if (wrong) return { kind: 'invalid', message: wrong };
  const paylinkId = parsePaylinkId(input.id);
  return paylinkId ? { kind: 'send', paylinkId, channel, to } : { kind: 'invalid', message: sessionNotFound };
}

export const sessionNotFound = 'No payment session was found with this id.';
