import { money } from '../../../delivery/message/format.ts';
import type { DeliveryLog } from '../../../model/delivery.ts';
import type { Paylink } from '../../../model/paylink.ts';
import type { PaylinkEvent } from '../../../model/paylink-event.ts';
import type { JsonObject } from '../../../model/values.ts';
import type { Tone } from '../parts/panel.tsx';
import { channelWords, deliveryWords, eventWords, providerOf } from './words.ts';

/** One thing that happened. `at` in ms; `who` did it, where that is known; `attemptId`: a delivery that a person may settle. */
export type Moment = {
  at: number;
  title: string;
  text: string | null;
  who: string | null;
  tone: Tone;
  attemptId?: string;
};

/** What an event says beyond its attempts, which have moments of their own. */
const told: ReadonlySet<PaylinkEvent['type']> = new Set(['SENT', 'SEND_FAILED', 'DELIVERY_UPDATED']);

/** Who does what the title says already. */
const itself: ReadonlySet<string> = new Set(['Customer', 'System', 'Checkout']);

const tones: { [type in PaylinkEvent['type']]?: Tone } = {
  OPENED: 'info',
  PAID: 'good',
  PARTIALLY_PAID: 'good',
  PAYMENT_FAILED: 'bad',
  CANCELED: 'warn',
  EXPIRED: 'warn',
};

const fieldName = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function scalar(value: unknown): string | null {
  if (value === null) return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** The fields that an update changed: `memo: old → new`; of a list or an object only its name. */
function changesOf(before: JsonObject | null, after: JsonObject | null): string | null {
  const lines = Object.entries(after ?? {}).flatMap(([name, value]) => {
    if (name === 'status' && before?.status === value) return [];
    const [old, fresh] = [scalar(before?.[name] ?? null), scalar(value)];
    return old === null || fresh === null ? [fieldName(name)] : [`${fieldName(name)}: ${old} → ${fresh}`];
  });
  return lines.length > 0 ? lines.join('; ') : null;
}

const words = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The key by its label, where it has one: a merchant has several. */
const whoDid = ({ createdBy, actor }: PaylinkEvent): string =>
  actor?.label ? `${createdBy} “${actor.label}”` : createdBy;

function ofEvent(event: PaylinkEvent, paylink: Paylink, locale: string): Moment {
  const { type, newValue, oldValue } = event;
  const amount = newValue?.amount;
  const paid = typeof amount === 'number' ? money(amount, paylink.currencyCode, locale) : null;
  const order = words(newValue?.orderId);
  const text =
    type === 'UPDATED'
      ? changesOf(oldValue, newValue)
      : [paid, order ? `order ${order}` : null, words(newValue?.reason)].filter(Boolean).join(', ') || null;
  return {
    at: event.createdAt,
    title: eventWords[type],
    text,
    who: itself.has(event.createdBy) ? null : whoDid(event),
    tone: tones[type] ?? 'calm',
  };
}

/** An attempt is up to three moments: claimed, taken by its provider, and what became of it. */
function ofAttempt(log: DeliveryLog): Moment[] {
  const name = channelWords[log.channel];
  const to = log.recipient ?? 'an erased recipient';
  const by = log.provider === null ? null : providerOf(log.provider).replace(/^The /, 'the ');
  const { text, tone } = deliveryWords[log.status];
  const claimed: Moment = {
    at: log.createdAt,
    title: `${name} to ${to}`,
    text: by === null ? null : `${providerOf(log.provider)} is asked`,
    who: null,
    tone: 'calm',
  };
  if (log.status === 'PENDING') return [claimed];
  const accepted: Moment[] =
    log.acceptedAt !== null && log.settledBy === null
      ? [{ at: log.acceptedAt, title: `${name}: accepted`, text: null, who: by, tone: 'info' }]
      : [];
  if (log.status === 'SENT' && log.settledBy === null) return [claimed, ...accepted];
  const ended: Moment = {
    at: log.updatedAt,
    title: `${name}: ${text.toLowerCase()}`,
    text: log.reason,
    // Its reason says that a person settled it.
    who: log.settledBy === null ? by : null,
    tone,
    ...(log.status === 'UNKNOWN' ? { attemptId: log.id } : {}),
  };
  return by === null ? [{ ...ended, title: `${claimed.title}: ${text.toLowerCase()}` }] : [claimed, ...accepted, ended];
}

/** Everything that happened to a Paylink, oldest first. @param locale for amounts */
export function timelineOf(paylink: Paylink, locale: string): Moment[] {
  const events = paylink.events.filter(({ type }) => !told.has(type)).map((event) => ofEvent(event, paylink, locale));
  const attempts = paylink.deliveryLogs.flatMap(ofAttempt);
  return [...events, ...attempts]
    .map((moment, n) => ({ moment, n }))
    .sort((a, b) => a.moment.at - b.moment.at || a.n - b.n)
    .map(({ moment }) => moment);
}
