import { notActive, refusal } from '../../errors.ts';
import { iso } from '../../lib/encoding.ts';
import type { Consent, Customer, LineItem, Paylink, PaylinkStatus } from '../../model/paylink.ts';
import type { Json, JsonObject } from '../../model/values.ts';
import { amountPaid } from './amounts.ts';
import { fullRefusal } from './bounds.ts';
import { type Applied, type PaylinkPatch, withEvent } from './change.ts';
import { totalsOf } from './normalize.ts';
import { statusAt } from './status.ts';

/** What may still be corrected once a part is paid. */
const afterPart: ReadonlySet<string> = new Set(['customer', 'expiration', 'memo', 'description']);

/** A Paylink whose history is looked at for the status it would have, had it not expired. */
function statusBeforeExpiry(paylink: Paylink): PaylinkStatus {
  if (amountPaid(paylink) > 0) return 'PARTIALLY_PAID';
  const last = paylink.events.findLast(({ type }) => type === 'OPENED' || type === 'SENT');
  if (last?.type === 'OPENED') return 'OPENED';
  return last?.type === 'SENT' ? 'SENT' : 'CREATED';
}

type Next = { kind: 'ok'; status: PaylinkStatus } | { kind: 'refused'; status: PaylinkStatus; detail: string };
const refused = (status: PaylinkStatus, detail: string): Next => ({ kind: 'refused', status, detail });

/** The status that an updated Paylink has, or why it cannot be updated. `names` are the fields that change. */
function statusFor(paylink: Paylink, patch: PaylinkPatch, names: readonly string[], now: number): Next {
  const status = statusAt(paylink, now);
  const revived = status === 'EXPIRED' && patch.expiration !== undefined;
  const next = revived ? statusBeforeExpiry(paylink) : status;
  switch (next) {
    case 'CREATED':
    case 'OPENED':
    case 'SENT':
    case 'FAILED':
      return { kind: 'ok', status: next };
    case 'PARTIALLY_PAID': {
      const fixed = names.filter((name) => !afterPart.has(name));
      if (fixed.length === 0) return { kind: 'ok', status: next };
      return refused(
        next,
        `A part of this Paylink is paid: only ${[...afterPart].join(', ')} can be changed, not ${fixed.join(', ')}.`,
      );
    }
    case 'EXPIRED':
      return refused(next, 'The Paylink is EXPIRED: give it an expiration in the future.');
    default:
      return refused(next, `A Paylink that is ${next} cannot be updated.`);
  }
}

const itemValue = ({ sku, price, quantity, tax, description, category, metadata }: LineItem): JsonObject => ({
  sku,
  price,
  quantity,
  tax,
  description,
  category,
  metadata,
});

/** A proof of consent is the same whoever brings it again. */
const proofOf = (consent: Consent | null) => consent && { ...consent, recordedBy: null };

const isSame = (name: string, before: unknown, after: unknown): boolean =>
  name === 'lineItems' && Array.isArray(before) && Array.isArray(after)
    ? JSON.stringify(before.map(itemValue)) === JSON.stringify(after.map(itemValue))
    : JSON.stringify(before) === JSON.stringify(after);

/** The fields of a patch that make a difference. What belongs to the customer goes with it. */
function changesIn(paylink: Paylink, patch: PaylinkPatch): PaylinkPatch {
  const differs = ([name, value]: [string, unknown]) =>
    name === 'consent'
      ? !isSame(name, proofOf(paylink.consent), proofOf(patch.consent ?? null))
      : !isSame(name, Reflect.get(paylink, name), value);
  return Object.fromEntries(Object.entries(patch).filter(differs));
}

/** Longer values are told by their length, so that events stay small. */
const MAX_VALUE = 2_000;
/** Characters of events beyond which an update tells only which fields it changed, so that all of them stay far below 2 MB. */
const MAX_EVENTS = 300_000;

const masked = (text: string | null): string | null => (text === null ? null : `${[...text][0] ?? ''}***`);

/** Events outlive an erasure, so they name nobody. */
const maskedCustomer = ({ email, phone, firstName, lastName, ...rest }: Customer): JsonObject => ({
  email: email === null ? null : `${email.slice(0, 1)}***${email.slice(email.lastIndexOf('@'))}`,
  phone: phone === null ? null : `***${phone.slice(-2)}`,
  firstName: masked(firstName),
  lastName: masked(lastName),
  ...rest,
});

function valueToTell(paylink: Paylink, name: string): Json {
  if (name === 'customer') return maskedCustomer(paylink.customer);
  // Where and when; what else the proof has may name the customer.
  if (name === 'consent')
    return paylink.consent && { source: paylink.consent.source, capturedAt: iso(paylink.consent.capturedAt) };
  if (name === 'expiration') return iso(paylink.expiration);
  const value: Json = name === 'lineItems' ? paylink.lineItems.map(itemValue) : (Reflect.get(paylink, name) ?? null);
  const length = JSON.stringify(value).length;
  return length > MAX_VALUE ? `(${length.toLocaleString('en-US')} characters)` : value;
}

const pastExpiration = refusal('invalid_request', 'The body is not valid: expiration: Must be in the future.', {
  errors: [{ path: 'expiration', message: 'Must be in the future.' }],
});

/** Changes the given fields. What stays as it was is no change: its status does not matter then. */
export function applyUpdate(paylink: Paylink, asked: PaylinkPatch, createdBy: string, now: number): Applied {
  if (asked.expiration !== undefined && asked.expiration <= now) return { kind: 'refused', refusal: pastExpiration };
  const patch = changesIn(paylink, asked);
  const isRevival = statusAt(paylink, now) === 'EXPIRED' && asked.expiration !== undefined;
  const names = Object.keys(patch).filter((name) => !/Hash$|E164$/.test(name));
  const allowed = statusFor(paylink, asked, names, now);
  if (allowed.kind === 'refused') return { kind: 'refused', refusal: notActive(allowed.status, allowed.detail) };
  if (patch.attachments) {
    const message = 'Attach files by POST /{paylinkId}/attachments, and take them off by DELETE.';
    const errors = [{ path: 'attachments', message }];
    return { kind: 'refused', refusal: refusal('invalid_request', message, { errors }) };
  }
  const { status } = allowed;
  if (Object.keys(patch).length === 0 && !isRevival) return { kind: 'unchanged' };
  const full = fullRefusal(paylink);
  if (full) return { kind: 'refused', refusal: full };
  const next = { ...paylink, ...patch };
  const totals = totalsOf(next.lineItems, next.tax, next.shipping);
  if (!totals) {
    const errors = [{ path: 'lineItems', message: 'The total is larger than 9007199254740991.' }];
    return { kind: 'refused', refusal: refusal('invalid_request', 'The total is too large.', { errors }) };
  }
  const change = { ...patch, ...totals, ...(isRevival ? { status } : {}) };
  const isRoom = JSON.stringify(paylink.events).length < MAX_EVENTS;
  const told = (of: Paylink, statusThen: PaylinkStatus): JsonObject => ({
    ...(isRevival ? { status: statusThen } : {}),
    ...(isRoom ? Object.fromEntries(names.map((name) => [name, valueToTell(of, name)])) : { fields: names }),
    ...(paylink.total === totals.total ? {} : { total: of.total }),
  });
  const event = {
    type: 'UPDATED',
    oldValue: told(paylink, 'EXPIRED'),
    newValue: told({ ...next, ...totals }, status),
    createdBy,
  } as const;
  const written = withEvent(paylink, change, event, now);
  return { kind: 'changed', paylink: written, ...(patch.lineItems ? { lineItems: true } : {}) };
}
