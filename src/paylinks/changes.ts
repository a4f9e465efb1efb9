import type { Paylink } from '../model.ts';
import type { Changes } from '../store/projection.ts';

/** A Paylink in its coordinator's memory: the truth, and how much of it D1 is known to have. */
export type Known = {
  paylink: Paylink;
  /** The merchant's parent, which may act too. It never changes. */
  parentId: string | null;
  /** The version that D1 has. */
  projectedVersion: number;
  /** The version that replaced the line items last. */
  itemsVersion: number;
  /** The version that changed the head last in more than `progress`. */
  detailsVersion: number;
};

/** What every send changes; with the lists, which are told apart by their own versions. */
const progress = new Set([
  'version',
  'status',
  'lastSentAt',
  'updatedAt',
  'lineItems',
  'deliveryLogs',
  'events',
  'orders',
]);

/** Whether one Paylink became the other by its progress alone. What was not set is the same object still. */
export const sameDetails = (before: Paylink, after: Paylink): boolean =>
  Object.entries(after).every(([name, value]) => progress.has(name) || value === Reflect.get(before, name));

/** All that was written after D1's version. */
export function unprojected({ paylink, projectedVersion, itemsVersion, detailsVersion }: Known): Changes {
  const { lineItems, deliveryLogs, events, orders, ...head } = paylink;
  const newer = (part: { version: number }) => part.version > projectedVersion;
  return {
    head,
    progressOnly: detailsVersion <= projectedVersion,
    lineItems: itemsVersion > projectedVersion ? lineItems : null,
    deliveryLogs: deliveryLogs.filter(newer),
    events: events.filter(newer),
    orders: orders.filter(newer),
  };
}

function merged<T extends { id: string }>(stored: readonly T[], changed: readonly T[]): T[] {
  const byId = new Map(stored.map((part) => [part.id, part]));
  for (const part of changed) byId.set(part.id, part);
  return [...byId.values()];
}

/** D1's Paylink with the coordinator's unprojected changes laid over it (the changes win: they are never older). */
export function overlay(stored: Paylink, changes: Changes): Paylink {
  if (changes.head.version < stored.version) return stored;
  return {
    ...changes.head,
    lineItems: changes.lineItems ?? stored.lineItems,
    deliveryLogs: merged(stored.deliveryLogs, changes.deliveryLogs),
    events: merged(stored.events, changes.events),
    orders: merged(stored.orders, changes.orders),
  };
}
