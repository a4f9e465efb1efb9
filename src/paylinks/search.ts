import { type Refusal, refusal } from '../errors.ts';
import type { Channel } from '../model/delivery.ts';
import type { Paylink } from '../model/paylink.ts';
import { type PagePlace, type PaylinkFilter, searchPaylinks as search } from '../store/paylink-search.ts';
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

/**
 * A page of Paylinks, newest first, and where to go on in its direction; null: there is no more. A page may be short, or empty, and have a
 * next one. One D1 call.
 */
export async function searchPaylinks(
  ctx: Context,
  asked: PaylinkSearch,
): Promise<Outcome<{ page: Paylink[]; next: PagePlace | null }>> {
  const read = await filterOf(ctx, asked);
  if (read.kind === 'refused') return read;
  const { limit } = asked;
  const { merchant } = ctx.caller;
  const filter = { ...read.filter, limit: limit + 1 };
  const { found, readTo } = await ctx.timings.during('read', search(ctx.env.DB, merchant.id, filter));
  if (found.length <= limit) return { kind: 'done', page: found, next: readTo };
  // The one too many is the oldest, or, going back, the newest.
  const page = filter.before ? found.slice(1) : found.slice(0, limit);
  const end = filter.before ? page[0] : page.at(-1);
  return { kind: 'done', page, next: end ? { createdAt: end.createdAt, id: end.id } : null };
}

async function hashOf(ctx: Context, recipient: string): Promise<string | null> {
  const channel: Channel = recipient.includes('@') ? 'EMAIL' : 'SMS';
  const address = channel === 'EMAIL' ? recipient : normalizePhone(recipient, ctx.caller.merchant.country);
  if (address === null) return null;
  return recipientHash(await recipientKey(ctx.env.DB, ctx.config), channel, normalizeRecipient(channel, address));
}
