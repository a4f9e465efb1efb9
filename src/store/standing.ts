import * as z from 'zod/mini';
import type { Channel, Merchant } from '../model.ts';
import { MerchantRow, merchantJson } from './merchants.ts';
import { jsonText } from './row.ts';
import type { RowReader } from './row-reader.ts';

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

// An ask: the Paylink, who asks, two recipients beyond the customer's own (an override, or one that D1 does not have yet), since when,
// and how recent what is known of the one who asks is: his own row is not told again.
const recipients = '(p.email_hash, p.phone_hash, ask.value->>2, ask.value->>3)';
const sql = `SELECT ask.key AS ask,
  CASE WHEN m.id = ask.value->>1 AND m.updated_at = ask.value->>5 THEN NULL ELSE ${merchantJson('m')} END AS merchant, p.email_hash, p.phone_hash,
  (SELECT json_group_array(json_object('channel', s.channel, 'hash', s.recipient_hash)) FROM suppressions s
     WHERE s.recipient_hash IN ${recipients} AND s.channel IN ('EMAIL', 'SMS') AND s.merchant_id IN (p.merchant_id, '*')) AS suppressed,
  (SELECT json_group_array(json_object('hash', r.recipient_hash, 'count', r.n)) FROM
     (SELECT d.recipient_hash, count(*) AS n FROM delivery_logs d
        WHERE d.merchant_id = p.merchant_id AND d.recipient_hash IN ${recipients} AND d.created_at > ask.value->>4
          AND d.status <> 'SUPPRESSED' AND NOT (d.status = 'FAILED' AND d.accepted_at IS NULL)
        GROUP BY d.recipient_hash) r) AS recent
  FROM json_each(?1) ask CROSS JOIN paylinks p ON p.id = ask.value->>0 JOIN merchants m ON m.id = p.merchant_id
  WHERE ask.value->>1 IS NULL OR ask.value->>1 IN (p.merchant_id, m.parent_id)`;

/**
 * Who the recipients of a Paylink are to this gateway: suppressions, messages of the last day, and the Paylink's merchant. One query.
 * @param caller the merchant (or its direct parent) that asks; null: the gateway itself
 * @param others hashes of at most two recipients besides the customer's own
 * @returns null for a Paylink that is unknown or somebody else's
 */
export async function readStanding(
  read: RowReader,
  paylinkId: string,
  caller: Merchant | null,
  others: readonly string[],
  now: number,
): Promise<Standing | null> {
  const row = await read(sql, [
    paylinkId,
    caller?.id ?? null,
    others[0] ?? null,
    others[1] ?? null,
    now - day,
    caller?.updatedAt ?? null,
  ]);
  if (!row) return null;
  const { merchant, email_hash, phone_hash, suppressed, recent } = Row.parse(row);
  const hashes = [email_hash, phone_hash, ...others].filter((hash) => hash !== null);
  const owner = merchant === null ? caller : merchantOf(merchant);
  if (!owner) throw new Error('a Paylink without its merchant');
  return { merchant: owner, hashes, suppressed, recent };
}
