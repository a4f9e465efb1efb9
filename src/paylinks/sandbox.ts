import { rehearsalOf } from '../delivery/providers/inbox/rehearse.ts';
import { refusal } from '../errors.ts';
import type { DeliveryEvent, Paylink } from '../model.ts';
import type { Context } from './context.ts';
import { receiveDeliveryEvents } from './delivery-events.ts';
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
  // Stored first: should this invocation end, the sweep applies them.
  const { apply } = await receiveDeliveryEvents(env, config, events, Date.now());
  await scheduler.wait(waitMs);
  await apply();
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
