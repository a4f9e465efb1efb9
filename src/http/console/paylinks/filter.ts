import { DAY_MS } from '../../../lib/durations.ts';
import { DeliveryStatus } from '../../../model/delivery.ts';
import type { Merchant } from '../../../model/merchant.ts';
import { type PaylinkStatus, paylinkStatuses } from '../../../model/paylink.ts';
import { parsePaylinkId } from '../../../paylink-id.ts';
import type { PaylinkSearch } from '../../../paylinks/search.ts';
import { instantOf } from '../clock.ts';

/** What the search form asks for, as it stands in the address. Empty texts ask for nothing. */
export type Asked = { q: string; status: string; delivery: string; from: string; to: string; merchant: string };

const names = ['q', 'status', 'delivery', 'from', 'to', 'merchant'] as const;

/** Reads the search form from a query; a text is cut after 255 characters. */
export function askedOf(query: Record<string, string>): Asked {
  const text = (name: string) => (query[name] ?? '').trim().slice(0, 255);
  return {
    q: text('q'),
    status: text('status'),
    delivery: text('delivery'),
    from: text('from'),
    to: text('to'),
    merchant: text('merchant'),
  };
}

/** The address of a search, without what asks for nothing. */
export function addressOf(asked: Asked, more: Record<string, string> = {}, path = '/console/paylinks'): string {
  const query = new URLSearchParams();
  for (const name of names) if (asked[name] !== '') query.set(name, asked[name]);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Whether every Paylink is listed. */
export const asksNothing = (asked: Asked): boolean => names.every((name) => asked[name] === '');

/** `open` stands for every status in which it can still be paid. */
const statusesOf = (status: string): PaylinkStatus[] | undefined => {
  if (status === 'open') return ['CREATED', 'SENT', 'OPENED', 'PARTIALLY_PAID', 'FAILED'];
  const found = paylinkStatuses.filter((one) => one === status);
  return found.length > 0 ? found : undefined;
};

const isMerchantId = (text: string) => /^[0-9a-f-]{36}$/i.test(text);

export type Filter = Omit<PaylinkSearch, 'limit'>;

/** The search without its free text. Days are the merchant's; the last one counts whole. What makes no sense asks for nothing. */
export function filterOf(asked: Asked, { timeZone }: Pick<Merchant, 'timeZone'>): Filter {
  const zone = timeZone ?? 'UTC';
  const delivery = DeliveryStatus.safeParse(asked.delivery);
  const from = instantOf(asked.from, zone);
  const to = instantOf(asked.to, zone);
  const nextDay = to === null ? null : new Date(Date.parse(asked.to) + DAY_MS).toISOString().slice(0, 10);
  const end = nextDay === null ? null : instantOf(nextDay, zone);
  const merchantId =
    asked.merchant === 'all' || isMerchantId(asked.merchant) ? asked.merchant.toLowerCase() : undefined;
  return {
    status: statusesOf(asked.status),
    deliveryStatus: delivery.success ? delivery.data : undefined,
    createdAfter: from === null ? undefined : from - 1,
    createdBefore: end ?? undefined,
    merchantId,
  };
}

/** What a free text may be, all of it at once: the id of a Paylink; an email address, or a telephone, invoice or order number. */
export function lookupsOf(q: string): { paylinkId: string | null; searches: Filter[] } {
  const id = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.exec(q)?.[0];
  const paylinkId = id ? parsePaylinkId(id) : null;
  if (q.includes('@')) return { paylinkId, searches: [{ recipient: q }] };
  const isPhone = /^\+?[\d\s().-]{7,20}$/.test(q);
  return {
    paylinkId,
    searches: [...(isPhone ? [{ recipient: q }] : []), { merchantInvoiceId: q }, { orderId: q }],
  };
}
