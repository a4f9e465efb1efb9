import { type Paylink, PaylinkHead } from '../../model/paylink.ts';
import { type Changes, type JournaledChanges, Progress } from '../../store/changes.ts';

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
};

/** A Paylink that D1 has just taken. */
export const created = (paylink: Paylink, parentId: string | null): CachedPaylink => ({
  paylink,
  parentId,
  projectedVersion: paylink.version,
  itemsVersion: 0,
  detailsVersion: 0,
});

const details = Object.keys(PaylinkHead.shape).filter((name) => !(name in Progress.shape));

/** Whether one Paylink became the other by its progress alone. What was not set is the same object still. */
export const sameDetails = (before: Paylink, after: Paylink): boolean =>
  details.every((name) => Reflect.get(before, name) === Reflect.get(after, name));

/** All that was written after D1's version. */
export function pendingChanges(entry: CachedPaylink): Changes {
  const { lineItems, deliveryLogs, events, orders, ...head } = entry.paylink;
  return { head, progressOnly: entry.detailsVersion <= entry.projectedVersion, ...partsAfter(entry) };
}

function partsAfter({
  paylink,
  projectedVersion,
  itemsVersion,
}: CachedPaylink): Omit<Changes, 'head' | 'progressOnly'> {
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
  const { lineItems: _, deliveryLogs: __, events: ___, orders: ____, ...head } = entry.paylink;
  const parts = partsAfter(entry);
  if (entry.detailsVersion > entry.projectedVersion) return { head, progressOnly: false, ...parts };
  return { head: Progress.parse(head), progressOnly: true, ...parts };
}

function merged<T extends { id: string }>(stored: readonly T[], changed: readonly T[]): T[] {
  const byId = new Map(stored.map((part) => [part.id, part]));
  for (const part of changed) byId.set(part.id, part);
  return [...byId.values()];
}

/** D1's Paylink with the coordinator's pending changes merged in (the changes win: they are never older). */
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
