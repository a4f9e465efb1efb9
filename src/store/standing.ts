import * as z from 'zod/mini';
import type { Channel, Merchant } from '../model.ts';
import { MerchantRow, merchantJson } from './merchants.ts';
import { jsonText } from './row.ts';

const day = 24 * 60 * 60 * 1000;

/** What D1 knows about sending a Paylink, besides the Paylink itself. */
export type Standing = {
  merchant: Merchant;
  /** The recipients this was asked for. */
  hashes: string[];
  suppressed: { channel: Channel; hash: string }[];
  /** Messages of this merchant to each of them in the last 24 h. */
  recent: { hash: string; count: number }[];
};

/** A merchant is the same in every row of a busy one, and parsing it is most of the row: the latest are kept by their text. */
const kept = new Map<string, Merchant>();
const mostKept = 200;
const StoredMerchant = jsonText(MerchantRow);

function merchantOf(text: string): Merchant {
  const known = kept.get(text);
  if (known) return known;
  const merchant = StoredMerchant.parse(text);
  const [oldest] = kept.keys();
  if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
  kept.set(text, merchant);
  return merchant;
}

const Row = z.object({
  /** null: the one who asks, as he is known. */
  merchant: z.nullable(z.string()),
  email_hash: z.nullable(z.string()),
  phone_hash: z.nullable(z.string()),
  suppressed: jsonText(z.array(z.object({ channel: z.enum(['EMAIL', 'SMS']), hash: z.string() }))),
  recent: jsonText(z.array(z.object({ hash: z.string(), count: z.int() }))),
});

// ?3 and ?4: recipients beyond the customer's own (an override, or one that D1 does not have yet). ?6: how recent what is known of the
// one who asks is; his own row is not told again.
const recipients = '(p.email_hash, p.phone_hash, ?3, ?4)';
const sql = `SELECT CASE WHEN m.id = ?2 AND m.updated_at = ?6 THEN NULL ELSE ${merchantJson('m')} END AS merchant, p.email_hash, p.phone_hash,
  (SELECT json_group_array(json_object('channel', s.channel, 'hash', s.recipient_hash)) FROM suppressions s
     WHERE s.recipient_hash IN ${recipients} AND s.channel IN ('EMAIL', 'SMS') AND s.merchant_id IN (p.merchant_id, '*')) AS suppressed,
  (SELECT json_group_array(json_object('hash', r.recipient_hash, 'count', r.n)) FROM
     (SELECT d.recipient_hash, count(*) AS n FROM delivery_logs d
        WHERE d.merchant_id = p.merchant_id AND d.recipient_hash IN ${recipients} AND d.created_at > ?5
          AND d.status <> 'SUPPRESSED' AND NOT (d.status = 'FAILED' AND d.accepted_at IS NULL)
        GROUP BY d.recipient_hash) r) AS recent
  FROM paylinks p JOIN merchants m ON m.id = p.merchant_id
  WHERE p.id = ?1 AND (?2 IS NULL OR p.merchant_id = ?2 OR m.parent_id = ?2)`;

/**
 * Who the recipients of a Paylink are to this gateway: suppressions, messages of the last day, and the Paylink's merchant. One query.
 * @param caller the merchant (or its direct parent) that asks; null: the gateway itself
 * @param others hashes of at most two recipients besides the customer's own
 * @returns null for a Paylink that is unknown or somebody else's
 */
export async function readStanding(
  db: D1Database,
  paylinkId: string,
  caller: Merchant | null,
  others: readonly string[],
  now: number,
): Promise<Standing | null> {
  const row = await db
    .prepare(sql)
    .bind(paylinkId, caller?.id ?? null, others[0] ?? null, others[1] ?? null, now - day, caller?.updatedAt ?? null)
    .first();
  if (!row) return null;
  const { merchant, email_hash, phone_hash, suppressed, recent } = Row.parse(row);
  const hashes = [email_hash, phone_hash, ...others].filter((hash) => hash !== null);
  const owner = merchant === null ? caller : merchantOf(merchant);
  if (!owner) throw new Error('a Paylink without its merchant');
  return { merchant: owner, hashes, suppressed, recent };
}
