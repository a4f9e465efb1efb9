/** A header that only the floor knows: its coordinator is to group the read of this send. */
export const groupedRead = 'x-grouped-read';

/** Who may be sent to: the merchant, suppressions and the messages of the last day, of Paylinks by their ids. One query. */
const sql = `SELECT p.id, m.sms_countries, m.recipient_send_cap,
    (SELECT count(*) FROM suppressions s WHERE s.recipient_hash IN (p.email_hash, p.phone_hash) AND s.merchant_id IN (p.merchant_id, '*')) AS suppressed,
    (SELECT count(*) FROM delivery_logs d WHERE d.merchant_id = p.merchant_id AND d.recipient_hash IN (p.email_hash, p.phone_hash) AND d.created_at > ?2) AS recent
  FROM json_each(?1) JOIN paylinks p ON p.id = value JOIN merchants m ON m.id = p.merchant_id`;

const day = 86_400_000;

export const readRecipientStatus = (db: D1Database, ids: readonly string[]) =>
  db
    .prepare(sql)
    .bind(JSON.stringify(ids), Date.now() - day)
    .all();
