/** A header that only the floor knows: its coordinator then asks D1 for several sends at once and waits for company, as the gateway's does. */
export const inGroups = 'x-in-groups';

/** The merchant's limits, suppressions and the messages of the last day, by Paylink id. */
const sql = `SELECT p.id, m.sms_countries, m.recipient_send_cap,
    (SELECT count(*) FROM suppressions s WHERE s.recipient_hash IN (p.email_hash, p.phone_hash) AND s.merchant_id IN (p.merchant_id, '*')) AS suppressed,
    (SELECT count(*) FROM paylink_logs d WHERE d.merchant_id = p.merchant_id AND d.recipient_hash IN (p.email_hash, p.phone_hash) AND d.created_at > ?2) AS recent
  FROM json_each(?1) JOIN paylinks p ON p.id = value JOIN merchants m ON m.id = p.merchant_id`;

const DAY_MS = 86_400_000;

/** Whether the recipients of Paylinks may be written to. One query. */
export function readRecipientStatus(db: D1Database, ids: readonly string[]) {
  const query = db.prepare(sql).bind(JSON.stringify(ids), Date.now() - DAY_MS);
  return query.all();
}
