import { oldOf } from './old-rows.ts';

/** What an UPDATED event may tell of a person; the rest says what was owed, and when. */
export const ERASED_VALUES = ['customer', 'memo', 'description', 'metadata', 'attachments', 'consent'] as const;

const blank = (column: string) =>
  `${column} = json_replace(${column}, ${ERASED_VALUES.map((name) => `'$.${name}', NULL`).join(', ')})`;
const blankEvents = ['paylink_events', oldOf.paylink_events].map(
  (table) => `UPDATE ${table} SET ${blank('old_value')}, ${blank('new_value')}
  WHERE paylink_id IN (SELECT value FROM json_each(?1)) AND type = 'UPDATED'`,
);

/** Takes what may name a person out of the history of these Paylinks. Part of the batch that erases a recipient from them. */
export const blankEventsStatements = (db: D1Database, paylinkIds: readonly string[]): D1PreparedStatement[] =>
  blankEvents.map((sql) => db.prepare(sql).bind(JSON.stringify(paylinkIds)));

/** Deliveries of a Paylink's events to the endpoints of its merchant and of the parent, and to the callback URLs of its sessions. */
const deliveries = `(SELECT w.id || '.' || printf('%012x', e.value->>'createdAt') || '.' || (e.value->>'id')
  FROM json_each(?1) e CROSS JOIN (SELECT id FROM webhook_endpoints
    WHERE merchant_id IN (?2, (SELECT parent_id FROM merchants WHERE id = ?2)) UNION ALL SELECT ?2) w)`;

/** How much was deleted. */
export type ForgottenCopies = { webhookDeliveries: number; inboxMessages: number };

/**
 * Deletes what else tells of a Paylink: webhooks that were delivered or given up, what was answered to them, and captured messages. A
 * webhook that is still to be delivered stays; it names nobody.
 */
export async function forgetCopies(
  db: D1Database,
  { id, merchantId, events }: { id: string; merchantId: string; events: readonly { id: string; createdAt: number }[] },
): Promise<ForgottenCopies> {
  const told = JSON.stringify(events.map((event) => ({ id: event.id, createdAt: event.createdAt })));
  const [, delivered, captured] = await db.batch([
    db.prepare(`DELETE FROM endpoint_attempts WHERE delivery_id IN ${deliveries}`).bind(told, merchantId),
    db
      .prepare(`DELETE FROM endpoint_deliveries WHERE status <> 'pending' AND id IN ${deliveries} RETURNING id`)
      .bind(told, merchantId),
    db
      .prepare('DELETE FROM inbox_messages WHERE paylink_id = ?1 AND merchant_id = ?2 RETURNING id')
      .bind(id, merchantId),
  ]);
  return { webhookDeliveries: delivered?.results.length ?? 0, inboxMessages: captured?.results.length ?? 0 };
}
