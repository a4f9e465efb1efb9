import { rehearsalOf } from '../delivery/providers/inbox/rehearse.ts';
import { refusal } from '../errors.ts';
import type { Channel, DeliveryEvent } from '../model/delivery.ts';
import type { Paylink } from '../model/paylink.ts';
import type { Context } from './context.ts';
import { putOffDeliveryEvents, receiveDeliveryEvents } from './delivery-events.ts';
import { amountDue } from './domain/amounts.ts';
import { attemptsOf } from './domain/operation.ts';
import type { Outcome } from './domain/outcome.ts';
import { findPaylink } from './read.ts';
import { openPaylink, recordPayment } from './transitions.ts';

/** What the inbox reports of an operation's messages, each once. */
function reportsOf(paylink: Paylink, operationId: string): DeliveryEvent[] {
  return attemptsOf(paylink, operationId).flatMap(({ id, provider, status, recipient, messageId }) => {
    if (provider !== 'inbox' || status !== 'SENT' || recipient === null) return [];
    const event = { id: `inbox:${id}`, provider, attemptId: id, paylinkId: paylink.id, messageId };
    return [{ ...event, ...rehearsalOf(recipient).report }];
  });
}

/** After a send: reports what became of the inbox's messages a moment later, by the way that providers' callbacks take. */
export async function rehearseDeliveries(ctx: Context, paylink: Paylink, operationId: string): Promise<void> {
  const { env, config } = ctx;
  const waitMs = config.SANDBOX_REPORT_MS;
  const events = reportsOf(paylink, operationId);
  if (waitMs === 0 || events.length === 0) return;
  const apply = await putOffDeliveryEvents(env, config, events, Date.now());
  await scheduler.wait(waitMs);
  await apply();
}

type Told = Pick<DeliveryEvent, 'status' | 'suppression' | 'reason'>;
const told = (status: Told['status'], suppression: Told['suppression'] = null, reason: string | null = null): Told => ({
  status,
  suppression,
  reason,
});

/** What a provider may report of a message after it took it, by channel, as people call it. */
const nextOf: Record<Channel, { readonly [name: string]: Told }> = {
  EMAIL: {
    delivered: told('DELIVERED'),
    bounced: told('BOUNCED', 'hard_bounce', 'The mailbox does not exist (played by a person).'),
    complained: told('DELIVERED', 'complaint'),
    unsubscribed: told('DELIVERED', 'unsubscribe'),
  },
  SMS: {
    delivered: told('DELIVERED'),
    undelivered: told('FAILED', null, 'The phone could not be reached (played by a person).'),
    stop: told('DELIVERED', 'stop'),
  },
};

/** The names of what may happen next to a message of a channel. */
export const playsOf = (channel: Channel): string[] => Object.keys(nextOf[channel]);

/**
 * Plays what happens next to a message that the inbox took: reports it by the way that providers' callbacks take, and applies it. Unlike a
 * STOP to a shared number, one that is played binds only the message's merchant. @param now ms
 * @returns whether this may happen to such a message
 */
export async function playDelivery(
  { env, config, now }: Pick<Context, 'env' | 'config' | 'now'>,
  message: { id: string; paylinkId: string; channel: Channel },
  name: string,
): Promise<boolean> {
  const next = playsOf(message.channel).includes(name) ? nextOf[message.channel][name] : undefined;
  if (!next) return false;
  const { id, paylinkId } = message;
  // A name of its own each time: a person may play the same thing again.
  const played = {
    id: `inbox:${id}:${crypto.randomUUID()}`,
    provider: 'inbox',
    attemptId: id,
    paylinkId,
    messageId: id,
  };
  await receiveDeliveryEvents(env, config, [{ ...played, ...next }], now);
  return true;
}

export type Play = { kind: 'pay'; amount: number | null } | { kind: 'open' } | { kind: 'fail' };

/** Plays the customer: pays (what is due, or `amount`), opens the link, or fails to pay, as the checkout and the page would tell of it. */
export async function playCustomer(
  ctx: Context,
  paylinkId: string,
  play: Play,
  key: string | null,
): Promise<Outcome<{ paylink: Paylink; replayed: boolean }>> {
  const paylink = await findPaylink(ctx, paylinkId);
  if (!paylink) return { kind: 'refused', refusal: refusal('not_found', 'Paylink was not found.') };
  const { env, config } = ctx;
  if (play.kind === 'open') {
    await openPaylink(env, config, paylinkId);
    return { kind: 'done', paylink: (await findPaylink(ctx, paylinkId)) ?? paylink, replayed: false };
  }
  const amount = (play.kind === 'pay' ? play.amount : null) ?? amountDue(paylink);
  if (amount === 0) return { kind: 'refused', refusal: refusal('already_paid', 'Nothing is due.') };
  // With a key the order is the same at each try, so that a repeat is the same payment.
  const orderId = `sandbox-${key ?? crypto.randomUUID()}`.slice(0, 255);
  const kind = play.kind === 'pay' ? 'payment' : 'failed';
  const order = { kind, orderId, amount, fees: 0, currencyCode: paylink.currencyCode } as const;
  return recordPayment(ctx, paylinkId, order, key);
}
