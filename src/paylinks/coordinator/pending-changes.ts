import type { Paylink, PaylinkHead } from '../../model.ts';
import type { Changes } from '../../store/changes.ts';

type Progress = Pick<PaylinkHead, 'id' | 'version' | 'status' | 'lastSentAt' | 'updatedAt'>;
/** Changes as they are kept until D1 has them: of a head that differs only in its progress, no more than that. */
export type JournaledChanges = Omit<Changes, 'head'> & { head: Progress & Partial<PaylinkHead> };

/** A Paylink in its coordinator's memory: the truth, and how much of it D1 is known to have. */
export type CachedPaylink = {
  paylink: Paylink;
  /** The merchant's parent, which may act too. It never changes. */
  parentId: string | null;
  /** The version that D1 has. */
  projectedVersion: number;
  /** The version that replaced the line items last. */
  itemsVersion: number;
  /** The version that changed the head last in more than its progress. */
  detailsVersion: number;
  /** Created in this life of the object and never sent: there is no operation to look for. */
  neverSent: boolean;
};

/** A Paylink that D1 has just taken. */
export const created = (paylink: Paylink, parentId: string | null): CachedPaylink => ({
  paylink,
  parentId,
  projectedVersion: paylink.version,
  itemsVersion: 0,
  detailsVersion: 0,
  neverSent: true,
});

// What every send changes of the head is its progress, all else its details; a new column has to be told apart here.
const isDetail: Record<keyof PaylinkHead, boolean> = {
  id: true,
  merchantId: true,
  version: false,
  status: false,
  code: true,
  checkoutUrl: true,
  merchantInvoiceId: true,
  orderId: true,
  currencyCode: true,
  description: true,
  memo: true,
  metadata: true,
  customer: true,
  phoneE164: true,
  emailHash: true,
  phoneHash: true,
  sendEmail: true,
  sendSms: true,
  customerConsent: true,
  attachments: true,
  tax: true,
  shipping: true,
  subTotal: true,
  total: true,
  orderTotal: true,
  approvedAmount: true,
  expiration: true,
  lastSentAt: false,
  createdAt: true,
  updatedAt: false,
};
const details = Object.entries(isDetail).flatMap(([name, is]) => (is ? [name] : []));

/** Whether one Paylink became the other by its progress alone. What was not set is the same object still. */
export const sameDetails = (before: Paylink, after: Paylink): boolean =>
  details.every((name) => Reflect.get(before, name) === Reflect.get(after, name));

/** All that was written after D1's version. */
export function pendingChanges(entry: CachedPaylink): Changes {
  const { lineItems, deliveryLogs, events, orders, ...head } = entry.paylink;
  return { head, progressOnly: entry.detailsVersion <= entry.projectedVersion, ...partsAfter(entry) };
}

function partsAfter({ paylink, projectedVersion, itemsVersion }: CachedPaylink): Omit<Changes, 'head'> {
  const { lineItems, deliveryLogs, events, orders } = paylink;
  const newer = (part: { version: number }) => part.version > projectedVersion;
  return {
    lineItems: itemsVersion > projectedVersion ? lineItems : null,
    deliveryLogs: deliveryLogs.filter(newer),
    events: events.filter(newer),
    orders: orders.filter(newer),
  };
}

/** All that was written after D1's version, as it is kept: without what D1 has anyway. */
export function toJournal(entry: CachedPaylink): JournaledChanges {
  const { paylink, projectedVersion, detailsVersion } = entry;
  if (detailsVersion > projectedVersion) return pendingChanges(entry);
  const { id, version, status, lastSentAt, updatedAt } = paylink;
  const head = { id, version, status, lastSentAt, updatedAt };
  return { head, progressOnly: true, ...partsAfter(entry) };
}

function merged<T extends { id: string }>(stored: readonly T[], changed: readonly T[]): T[] {
  const byId = new Map(stored.map((part) => [part.id, part]));
  for (const part of changed) byId.set(part.id, part);
  return [...byId.values()];
}

/** D1's Paylink with the coordinator's unprojected changes laid over it (the changes win: they are never older). */
export function mergeChanges(stored: Paylink, changes: JournaledChanges): Paylink {
  if (changes.head.version < stored.version) return stored;
  return {
    ...stored,
    ...changes.head,
    lineItems: changes.lineItems ?? stored.lineItems,
    deliveryLogs: merged(stored.deliveryLogs, changes.deliveryLogs),
    events: merged(stored.events, changes.events),
    orders: merged(stored.orders, changes.orders),
  };
}
