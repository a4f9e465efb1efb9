import * as z from 'zod/mini';
import { DAY_MS } from '../lib/durations.ts';
import { Channel } from '../model/delivery.ts';
import { Merchant } from '../model/merchant.ts';
import { jsonText } from './columns.ts';
import { merchantJson } from './merchants.ts';
import { withOld } from './old-rows.ts';

/** Suppressions and 24-hour send counts of a merchant's recipients. `hashes` are the recipients that were asked about. */
export type RecipientStatus = {
  merchant: Merchant;
  hashes: string[];
  /** `reason` and `id` are of a suppression; `id` is null for a shared sender's, which no merchant can lift. */
  suppressed: { channel: Channel; hash: string; reason?: string | undefined; id?: string | null | undefined }[];
  /** Messages of this merchant to each recipient in the last 24 h. */
  recent: { hash: string; count: number }[];
  /** SMS of this merchant in the last 24 h, to whomever; null: not asked. */
  recentSms: number | null;
};

/** `knownAt` is the `updatedAt` of the caller's copy of the merchant, which is not read again while current; null: there is no copy. */
export type RecipientStatusQuestion = {
  merchantId: string;
  knownAt: number | null;
  hashes: string[];
  /** Whether to count the merchant's SMS too. */
  countSms: boolean;
};

/** `merchant` is null when the caller's copy is current. */
export type RecipientStatusAnswer = Omit<RecipientStatus, 'merchant' | 'hashes'> & { merchant: Merchant | null };

const Row = z.object({
  n: z.int(),
  merchant: z.nullable(jsonText(Merchant)),
  suppressed: jsonText(
    z.array(z.object({ channel: Channel, hash: z.string(), reason: z.string(), id: z.nullable(z.string()) })),
  ),
  recent: jsonText(z.array(z.object({ hash: z.string(), count: z.int() }))),
  recentSms: z.nullable(z.int()),
});
const Rows = z.array(Row);

const hashes = `(SELECT value FROM json_each(q.value, '$.hashes'))`;
const isCounted = (d: string) =>
  `${d}.created_at > ?2 AND ${d}.status <> 'SUPPRESSED' AND NOT (${d}.status = 'FAILED' AND ${d}.accepted_at IS NULL)`;
// The channel is written out: each has an index of its own.
const toRecipients = (channel: Channel) =>
  withOld(
    'paylink_logs',
    ['recipient_hash'],
    (d) =>
      `${d}.merchant_id = m.id AND ${d}.channel = '${channel}' AND ${d}.recipient_hash IN ${hashes} AND ${isCounted(d)}`,
  );
const counted = `(SELECT recipient_hash FROM ${toRecipients('EMAIL')} UNION ALL SELECT recipient_hash FROM ${toRecipients('SMS')})`;
// Rows that were not moved yet are not counted: a cap of a day may be passed on the day of the move.
const countedSms = `(SELECT count(*) FROM paylink_logs d WHERE d.merchant_id = m.id AND d.channel = 'SMS' AND ${isCounted('d')})`;
const sql = `SELECT q.key AS n, CASE WHEN m.updated_at = q.value->>'knownAt' THEN NULL ELSE ${merchantJson('m')} END AS merchant,
  (SELECT json_group_array(json_object('channel', s.channel, 'hash', s.recipient_hash, 'reason', s.reason,
       'id', iif(s.merchant_id = '*', NULL, s.id))) FROM suppressions s
     WHERE s.recipient_hash IN ${hashes} AND s.channel IN ('EMAIL', 'SMS') AND s.merchant_id IN (m.id, '*')) AS suppressed,
  (SELECT json_group_array(json_object('hash', r.recipient_hash, 'count', r.n)) FROM
     (SELECT d.recipient_hash, count(*) AS n FROM ${counted} d GROUP BY d.recipient_hash) r) AS recent,
  CASE WHEN q.value->>'countSms' THEN ${countedSms} END AS recentSms
  FROM json_each(?1) q JOIN merchants m ON m.id = q.value->>'merchantId'`;

/**
 * Reads suppressions, 24-hour send counts and merchants. One query for all questions.
 * @returns the answers in the questions' order; null for a merchant that does not exist
 */
export async function readRecipientStatus(
  db: D1Database,
  questions: readonly RecipientStatusQuestion[],
  now: number,
): Promise<(RecipientStatusAnswer | null)[]> {
  const { results } = await db
    .prepare(sql)
    .bind(JSON.stringify(questions), now - DAY_MS)
    .all();
  const answers: (RecipientStatusAnswer | null)[] = questions.map(() => null);
  for (const { n, ...answer } of Rows.parse(results)) answers[n] = answer;
  return answers;
}
