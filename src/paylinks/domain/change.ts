import type { Refusal } from '../../errors.ts';
import type { AttachmentFile, Consent, Customer, LineItem, Paylink } from '../../model/paylink.ts';
import type { EventActor, EventType } from '../../model/paylink-event.ts';
import type { JsonObject } from '../../model/values.ts';
import { coordinatorOf, newIdAfter } from '../../paylink-id.ts';
import type { DeliveryUpdate } from './attempts.ts';
import { withinBounds } from './bounds.ts';

/** The fields an update sets, normalised; what is absent stays. Totals follow from the result. */
export type PaylinkPatch = {
  merchantInvoiceId?: string | null;
  customer?: Customer;
  phoneE164?: string | null;
  emailHash?: string | null;
  phoneHash?: string | null;
  lineItems?: LineItem[];
  tax?: number | null;
  shipping?: number | null;
  currencyCode?: string;
  description?: string | null;
  memo?: string | null;
  metadata?: JsonObject | null;
  expiration?: number;
  sendEmail?: boolean;
  sendSms?: boolean;
  customerConsent?: boolean;
  consent?: Consent | null;
  /** Only as they are: files are attached and taken off by routes of their own. */
  attachments?: string[];
  successUrl?: string | null;
  callbackUrl?: string | null;
  brandName?: string | null;
  brandLogoUrl?: string | null;
  invoiceRefs?: string[] | null;
};

/** A payment or refund as the merchant's checkout reports it. Amounts are minor units. */
export type PaymentReport = {
  orderId: string;
  kind: 'payment' | 'refund' | 'failed';
  /** Of the payment, also of one that failed; of a refund: all that was refunded of this order so far. */
  amount: number;
  fees: number;
  currencyCode: string;
  /** Its signature covers neither case nor white space of the order's id, so ids that differ by nothing else are one order. */
  foldsOrderId?: boolean;
};

/** The caller's idempotency key, and what the change means (see idempotency.ts). */
type Keyed = { idempotency?: { key: string; fingerprint: string } };

/** `again`: the answer to an earlier call was lost. */
export type CancelCommand = { kind: 'cancel'; createdBy: string; again?: boolean; reason?: string } & Keyed;

/** Every change of a Paylink but a send, as its coordinator is asked for it; `actor`: by which credential. */
export type ChangeCommand = { actor?: EventActor } & (
  | ({ kind: 'update'; patch: PaylinkPatch; createdBy: string } & Keyed)
  | CancelCommand
  | { kind: 'open' }
  | { kind: 'expire' }
  | ({ kind: 'payment'; payment: PaymentReport } & Keyed)
  | { kind: 'delivery'; attemptId: string; news: DeliveryUpdate }
  | { kind: 'settle'; attemptId: string; status: 'SENT' | 'FAILED'; createdBy: string }
  | { kind: 'attach'; files: AttachmentFile[]; createdBy: string }
  | { kind: 'detach'; name: string; createdBy: string }
  | { kind: 'erase'; hash: string }
);

/** What a change makes of a Paylink: one version further, the same as before, or refused. */
export type Applied =
  | { kind: 'changed'; paylink: Paylink; lineItems?: true }
  | { kind: 'unchanged' }
  | { kind: 'refused'; refusal: Refusal };

/** Ids of one Paylink's events are in their order, so that merchants are told in it. */
export const newEventId = (paylink: Pick<Paylink, 'id' | 'events'>, now: number): string =>
  newIdAfter(paylink.events.at(-1)?.id, now, coordinatorOf(paylink.id));

/**
 * The Paylink one version further, with an event that tells of it, where there is room. There always is for ERASED: D1's history is blanked
 * by it, and a Paylink names few people.
 */
export function withEvent(
  paylink: Paylink,
  change: Partial<Omit<Paylink, 'id' | 'version' | 'events'>>,
  event: { type: EventType; oldValue: JsonObject | null; newValue: JsonObject | null; createdBy: string },
  now: number,
): Paylink {
  const version = paylink.version + 1;
  const written = { id: newEventId(paylink, now), ...event, actor: null, createdAt: now, version };
  const events = event.type === 'ERASED' ? [...paylink.events, written] : withinBounds(paylink.events, written);
  return { ...paylink, ...change, version, updatedAt: now, events };
}

/** The Paylink with this actor in the events that a change has added. */
export function withActor(before: Paylink, after: Paylink, actor: EventActor | null | undefined): Paylink {
  if (!actor || after === before) return after;
  const known = new Set(before.events.map(({ id }) => id));
  return { ...after, events: after.events.map((event) => (known.has(event.id) ? event : { ...event, actor })) };
}
