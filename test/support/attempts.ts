import { env } from 'cloudflare:workers';
import type { DeliveryLog } from '../../src/model/delivery.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { newCode, newIdAt } from '../../src/paylink-id.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { projectChanges } from '../../src/store/project-changes.ts';
import { changesOf } from './a-paylink.ts';
import { seedPaylink } from './verbs.ts';

/** An attempt as one provider took it; its recipients' hashes are of the tests. */
export function anAttempt(some: Partial<DeliveryLog> = {}): DeliveryLog {
  const now = Date.now();
  return {
    id: newIdAt(now, 1),
    operationId: crypto.randomUUID(),
    channel: 'EMAIL',
    status: 'SENT',
    provider: 'mailchannels',
    messageId: `message-${crypto.randomUUID()}`,
    recipient: 'ada@example.com',
    recipientHash: `hash-${crypto.randomUUID()}`,
    reason: null,
    settledBy: null,
    acceptedAt: now,
    createdAt: now,
    updatedAt: now,
    version: 2,
    ...some,
  };
}

/** A Paylink that D1 has and no coordinator has seen yet, SENT by these attempts. */
export async function seedSent(merchant: Merchant, attempts: DeliveryLog[]): Promise<Paylink> {
  const like = await seedPaylink(merchant);
  const id = newIdAt(Date.now(), 1);
  const paylink: Paylink = { ...like, id, code: newCode(0), lineItems: [], events: [] };
  await insertPaylinks(env.DB, [{ ...changesOf(paylink), key: null }], []);
  if (attempts.length > 0) await project(paylink, attempts);
  return { ...paylink, deliveryLogs: attempts };
}

/** Paylinks like one of the merchant's that D1 has, each of a coordinator that nobody has called yet. */
export function freshPaylinks(like: () => Paylink): () => Promise<Paylink> {
  let coordinator = 20;
  return async () => {
    coordinator += 1;
    const id = newIdAt(Date.now(), coordinator);
    const paylink: Paylink = { ...like(), id, code: newCode(0), lineItems: [], events: [] };
    await insertPaylinks(env.DB, [{ ...changesOf(paylink), key: null }], []);
    return paylink;
  };
}

/** Brings attempts to D1, as the coordinator's projection does. */
export async function project(paylink: Paylink, attempts: DeliveryLog[]): Promise<void> {
  const { lineItems: _, events: __, deliveryLogs: ___, orders: ____, ...head } = paylink;
  const sent = { ...head, version: 2, status: 'SENT' as const };
  await projectChanges(env.DB, [{ head: sent, lineItems: null, deliveryLogs: attempts, events: [], orders: [] }], []);
}

/** What D1 says of an attempt. */
export const attemptInD1 = (id: string) =>
  env.DB.prepare('SELECT status, message_id AS messageId, reason FROM paylink_logs WHERE id = ?')
    .bind(id)
    .first<{ status: string; messageId: string | null; reason: string | null }>();

/** Everything that a callback could have changed. */
export async function everything(): Promise<unknown> {
  const tables = ['paylinks', 'paylink_logs', 'paylink_events', 'paylink_orders', 'suppressions', 'provider_reports'];
  const results = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1`)));
  return results.map(({ results: rows }) => rows);
}
