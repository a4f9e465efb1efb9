import { refusal } from '../errors.ts';
import type { Channel, Paylink } from '../model.ts';
import { type PaylinkFilter, searchPaylinks as search } from '../store/paylink-search.ts';
import type { Context } from './context.ts';
import type { Outcome } from './domain/outcome.ts';
import { normalizePhone, normalizeRecipient, recipientHash } from './recipients/recipient.ts';
import { recipientKey } from './recipients/recipient-key.ts';

/** `recipient` is an email address, or a phone number as E.164 or of the caller's country. */
export type PaylinkSearch = Omit<PaylinkFilter, 'recipientHash'> & { recipient?: string | undefined };

/** A page of Paylinks, newest first, and whether there are more in its direction. One D1 query. */
export async function searchPaylinks(
  ctx: Context,
  { recipient, limit, ...filter }: PaylinkSearch,
): Promise<Outcome<{ page: Paylink[]; more: boolean }>> {
  const recipientHash = recipient === undefined ? undefined : await hashOf(ctx, recipient);
  if (recipientHash === null) {
    const message = 'Must be an email address or a phone number.';
    const errors = [{ path: 'recipient', message }];
    return {
      kind: 'refused',
      refusal: refusal('invalid_request', `The query is not valid: recipient: ${message}`, { errors }),
    };
  }
  const { merchant } = ctx.caller;
  const asked = { ...filter, recipientHash, limit: limit + 1 };
  const found = await ctx.timings.during('read', search(ctx.env.DB, merchant.id, asked));
  const more = found.length > limit;
  // The one too many is the oldest, or, going back, the newest.
  const page = filter.before && more ? found.slice(1) : found.slice(0, limit);
  return { kind: 'done', page, more };
}

async function hashOf(ctx: Context, recipient: string): Promise<string | null> {
  const channel: Channel = recipient.includes('@') ? 'EMAIL' : 'SMS';
  const address = channel === 'EMAIL' ? recipient : normalizePhone(recipient, ctx.caller.merchant.country);
  if (address === null) return null;
  return recipientHash(await recipientKey(ctx.env.DB, ctx.config), channel, normalizeRecipient(channel, address));
}
