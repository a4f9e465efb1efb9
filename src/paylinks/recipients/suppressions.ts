import { auditIfChanged, CUSTOMER, callerActor, GATEWAY, providerActor, suppressionsBy } from '../../audit/record.ts';
import type { Bindings, Config } from '../../env.ts';
import { refusal } from '../../errors.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { log } from '../../lib/log.ts';
import type { Channel, DeliveryLog, ReportingProvider } from '../../model/delivery.ts';
import { storeOptOutEvent } from '../../store/provider-events.ts';
import {
  deleteSuppression,
  findSuppression,
  insertSuppressions,
  listSuppressions as list,
  listSuppressionsOf,
  type Suppression,
  type SuppressionReason,
  suppressAttempt,
} from '../../store/suppressions.ts';
import { enqueue } from '../../webhooks/enqueue.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../domain/outcome.ts';
import { normalizePhone, normalizeRecipient, recipientHash } from './recipient.ts';
import { recipientKey } from './recipient-key.ts';
import { readUnsubscribeToken } from './unsubscribe-token.ts';

/**
 * A customer told our number to stop, or to start again. The number is shared by all merchants, so a STOP binds every one of them; a
 * START lifts what STOPs have suppressed. Durable once this returns; a repeat (`key`, the provider's id of the message) changes nothing.
 * @param from E.164 @param now ms
 */
export async function recordOptOut(
  env: Bindings,
  config: Config,
  opt: { provider: ReportingProvider; kind: 'stop' | 'start'; from: string; key: string },
  now: number,
): Promise<void> {
  const { provider, kind, from, key } = opt;
  const hash = await recipientHash(await recipientKey(env.DB, config), 'SMS', from);
  const event = { id: `${provider}:${key.slice(0, 200)}`, provider, kind, recipientHash: hash };
  await storeOptOutEvent(env.DB, event, now, suppressionsBy(env.DB, CUSTOMER, now));
}

/** A suppression of whoever an attempt was sent to. @param now ms */
export const suppressionOf = (
  merchantId: string,
  attempt: Pick<DeliveryLog, 'channel' | 'recipient' | 'recipientHash'>,
  reason: SuppressionReason,
  now: number,
): Suppression => ({
  id: crypto.randomUUID(),
  merchantId,
  channel: attempt.channel,
  recipientHash: attempt.recipientHash,
  recipient: attempt.recipient,
  reason,
  createdAt: now,
});

const optedOutBy: Record<Channel, SuppressionReason> = { EMAIL: 'unsubscribe', SMS: 'stop' };

/**
 * After a provider has refused a recipient that opted out with it: the merchant's next send need not ask again. Never throws, as the
 * refusal itself is already recorded; a failure is only logged.
 */
export async function suppressOptedOut(
  db: D1Database,
  merchantId: string,
  target: { channel: Channel; recipient: string; hash: string; provider: string | null },
  now: number,
): Promise<void> {
  const { channel, recipient, hash, provider } = target;
  const attempt = { channel, recipient, recipientHash: hash };
  try {
    const suppression = suppressionOf(merchantId, attempt, optedOutBy[channel], now);
    const actor = provider === null ? GATEWAY : providerActor(provider);
    await insertSuppressions(db, [suppression], suppressionsBy(db, actor, now));
  } catch (error) {
    log('error', 'suppression_failed', {
      merchantId,
      channel,
      error: errorMessage(error),
    });
  }
}

/**
 * Suppresses whoever a message was sent to, for its merchant and channel. `token` is what the message's link carries
 * (unsubscribe-token.ts); `onlySigned`: not one of an earlier release. Doing it again changes nothing. @param now ms
 */
export async function unsubscribe(
  env: Bindings,
  config: Config,
  token: string,
  now: number,
  onlySigned = false,
): Promise<'done' | 'unknown'> {
  const named = await readUnsubscribeToken(env.DB, config, token);
  if (!named || (onlySigned && !named.signed)) return 'unknown';
  const suppression = { id: crypto.randomUUID(), reason: 'unsubscribe', createdAt: now } as const;
  const told = await suppressAttempt(env.DB, named, suppression, suppressionsBy(env.DB, CUSTOMER, now));
  if (!told) return 'unknown';
  await enqueue(env.EVENTS, told);
  return 'done';
}

/** A page of the caller's own suppressions, newest first, and whether more follow. */
export async function listSuppressions(
  ctx: Context,
  page: { after?: { createdAt: number; id: string } | undefined; limit: number },
): Promise<{ page: Suppression[]; more: boolean }> {
  const { merchant } = ctx.caller;
  const found = await list(ctx.env.DB, merchant.id, { ...page, limit: page.limit + 1 });
  return { page: found.slice(0, page.limit), more: found.length > page.limit };
}

/** What keeps an address (an email, or a number as E.164 or of the caller's country) from getting messages; empty for what is no address. */
export async function suppressionsOfRecipient(ctx: Context, address: string): Promise<Suppression[]> {
  const { merchant } = ctx.caller;
  const channel: Channel = address.includes('@') ? 'EMAIL' : 'SMS';
  const recipient = channel === 'EMAIL' ? address : normalizePhone(address, merchant.country);
  if (recipient === null) return [];
  const key = await recipientKey(ctx.env.DB, ctx.config);
  const hash = await recipientHash(key, channel, normalizeRecipient(channel, recipient));
  return listSuppressionsOf(ctx.env.DB, merchant.id, hash);
}

const decidedByRecipient = refusal(
  'recipient_decides',
  'Only a hard bounce can be lifted: here the recipient asked for no more messages, or was erased.',
);

/** Lifts one of the caller's own suppressions, if it is a hard bounce. A shared sender's is not the caller's to lift. */
export async function liftSuppression(ctx: Context, id: string): Promise<Outcome<object>> {
  const { env, caller, now } = ctx;
  const found = await findSuppression(env.DB, caller.merchant.id, id);
  if (!found) return { kind: 'refused', refusal: refusal('not_found', 'Suppression was not found.') };
  // Whose address is gone was erased, whatever the reason was before.
  if (found.reason !== 'hard_bounce' || found.recipient === null)
    return { kind: 'refused', refusal: decidedByRecipient };
  const entry = { merchantId: caller.merchant.id, actor: callerActor(caller), action: 'suppression.lifted' } as const;
  const details = { channel: found.channel, reason: found.reason };
  const audited = auditIfChanged(env.DB, { ...entry, subject: id, details }, now);
  await enqueue(env.EVENTS, await deleteSuppression(env.DB, found, now, audited));
  return { kind: 'done' };
}
