import type { Samples } from './env.ts';

/** Inserts rows from one JSON array, as the gateway does. */
export const insert = (table: string, columns: readonly string[]) =>
  `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.map((column) => `value->>'${column}'`).join(', ')} FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING`;

/** The writes of a Paylink and its parts, with the columns that the gateway's rows have. */
export const writesOf = ({ paylink, item, attempt, event }: Samples['rows']) => ({
  insertPaylinks: insert('paylinks', Object.keys(paylink)),
  insertItems: insert('paylink_items', Object.keys(item)),
  insertEvents: insert('paylink_events', Object.keys(event)),
  upsertAttempts: insert('paylink_logs', Object.keys(attempt)).replace(
    'DO NOTHING',
    '(paylink_id, id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at, version = excluded.version',
  ),
});

export const updatePaylinks = `UPDATE paylinks SET status = 'SENT', version = j.value->>'version', last_sent_at = j.value->>'created_at', updated_at = j.value->>'created_at'
  FROM json_each(?1) j WHERE paylinks.id = j.value->>'paylink_id' AND paylinks.version < j.value->>'version'`;

/** The webhook endpoints that a change is for, read in its transaction. */
export const readEndpoints =
  'SELECT id, event_types FROM webhook_endpoints WHERE merchant_id = ?1 AND disabled_at IS NULL';

/** A Paylink with all its parts. */
export const readPaylink = `SELECT p.*, m.parent_id AS parent_id,
  (SELECT json_group_array(json_object('id', i.id, 'sku', i.sku, 'price', i.price, 'quantity', i.quantity, 'tax', i.tax,
      'description', i.description, 'category', i.category, 'metadata', json(i.metadata), 'createdAt', i.created_at, 'updatedAt', i.updated_at)
      ORDER BY i.position) FROM paylink_items i WHERE i.paylink_id = p.id) AS line_items,
  (SELECT json_group_array(json_object('id', d.id, 'operationId', d.operation_id, 'channel', d.channel, 'status', d.status, 'provider', d.provider,
      'messageId', d.message_id, 'recipient', d.recipient, 'recipientHash', d.recipient_hash, 'reason', d.reason, 'acceptedAt', d.accepted_at,
      'createdAt', d.created_at, 'updatedAt', d.updated_at, 'version', d.version)
      ORDER BY d.created_at, d.id) FROM paylink_logs d WHERE d.paylink_id = p.id) AS delivery_logs,
  (SELECT json_group_array(json_object('id', e.id, 'type', e.type, 'oldValue', json(e.old_value), 'newValue', json(e.new_value),
      'createdBy', e.created_by, 'createdAt', e.created_at, 'version', e.version)
      ORDER BY e.version, e.id) FROM paylink_events e WHERE e.paylink_id = p.id) AS events,
  (SELECT json_group_array(json_object('id', o.id, 'status', o.status, 'amount', o.amount, 'fees', o.fees, 'refunded', o.refunded,
      'currencyCode', o.currency_code, 'createdAt', o.created_at, 'updatedAt', o.updated_at, 'version', o.version)
      ORDER BY o.created_at, o.id) FROM paylink_orders o WHERE o.paylink_id = p.id) AS orders
  FROM paylinks p JOIN merchants m ON m.id = p.merchant_id WHERE p.id = ?1`;
