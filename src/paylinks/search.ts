import { type Refusal, refusal } from '../errors.ts';
import type { Channel, Paylink } from '../model.ts';
import { type PaylinkFilter, searchPaylinks as search } from '../store/paylink-search.ts';
import type { Context } from './context.ts';
import type { Outcome } from './domain/outcome.ts';
import { normalizePhone, normalizeRecipient, recipientHash } from './recipients/recipient.ts';
import { recipientKey } from './recipients/recipient-key.ts';

/** `recipient` is an email address, or a phone number as E.164 or of the caller's country. */
export type PaylinkSearch = Omit<PaylinkFilter, 'recipientHash'> & { recipient?: string | undefined };

type Filter = Omit<PaylinkFilter, 'limit'>;

/** A search as D1 is asked for it. */
export async function filterOf(
  ctx: Context,
  { recipient, limit: _, ...filter }: PaylinkSearch,
): Promise<{ kind: 'ok'; filter: Filter } | { kind: 'refused'; refusal: Refusal }> {
  if (recipient === undefined) return { kind: 'ok', filter };
  const recipientHash = await hashOf(ctx, recipient);
  if (recipientHash !== null) return { kind: 'ok', filter: { ...filter, recipientHash } };
  const message = 'Must be an email address or a phone number.';
  const detail = `The query is not valid: recipient: ${message}`;
  return { kind: 'refused', refusal: refusal('invalid_request', detail, { errors: [{ path: 'recipient', message }] }) };
}

/** A page of Paylinks, newest first, and whether there are more in its direction. One D1 query. */
export async function searchPaylinks(
  ctx: Context,
  asked: PaylinkSearch,
): Promise<Outcome<{ page: Paylink[]; more: boolean }>> {
  const read = await filterOf(ctx, asked);
  if (read.kind === 'refused') return read;
  const { limit } = asked;
  const { merchant } = ctx.caller;
  const filter = { ...read.filter, limit: limit + 1 };
  const found = await ctx.timings.during('read', search(ctx.env.DB, merchant.id, filter));
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
