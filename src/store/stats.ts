import * as z from 'zod/mini';
import { HOUR_MS } from '../lib/durations.ts';
import { idsFrom } from '../paylink-id.ts';
import { columnsOf, insertFromJson, setExcluded } from './columns.ts';
import { withOld } from './old-rows.ts';

/** By currency: what was requested, paid and refunded, minor units. */
const Amounts = z.record(z.string(), z.tuple([z.int(), z.int(), z.int()]));
const Buckets = z.record(z.string(), z.int());

/** A merchant's Paylinks that were created in one hour (UTC, hours since the epoch), and what has become of them. */
export const PaylinkHour = z.object({
  merchantId: z.string(),
  hour: z.int(),
  created: z.int(),
  opened: z.int(),
  paid: z.int(),
  amounts: Amounts,
  openSeconds: Buckets,
  paySeconds: Buckets,
});
export type PaylinkHour = z.infer<typeof PaylinkHour>;

/** A merchant's messages of one hour that a provider was asked for, and what has become of them. */
export const MessageHour = z.object({
  merchantId: z.string(),
  hour: z.int(),
  channel: z.string(),
  provider: z.string(),
  /** A provider took it, whatever became of it. */
  sent: z.int(),
  delivered: z.int(),
  bounced: z.int(),
  failed: z.int(),
  unknown: z.int(),
});
export type MessageHour = z.infer<typeof MessageHour>;

const paylinkHours = columnsOf(PaylinkHour);
const messageHours = columnsOf(MessageHour);

const ofHour = (alias: string) => `${alias}.id >= ?1 AND ${alias}.id < ?2`;
const isPaid = `p.status IN ('PAID', 'REFUNDED', 'PARTIALLY_REFUNDED')`;
/** A sum that no merchant's amounts can make overflow. */
const sumOf = (value: string) => `CAST(min(total(${value}), 9007199254740991) AS INTEGER)`;
const bucketOf = (ms: string) => `CAST(ln(max(${ms} / 1000.0, 1)) * ?3 AS INTEGER)`;
const orders = (select: string, columns: string[]) =>
  `(SELECT ${select} FROM ${withOld('paylink_orders', columns, (of) => `${of}.paylink_id = p.id`)} o)`;

const countPaylinks = `SELECT p.merchant_id, p.currency_code, count(*) AS created, count(p.first_opened_at) AS opened,
    sum(${isPaid}) AS paid, ${sumOf('p.total')} AS requested_amount, ${sumOf('p.approved_amount')} AS paid_amount,
    ${sumOf(`CASE WHEN p.approved_amount > 0 THEN ${orders('total(o.refunded)', ['refunded'])} END`)} AS refunded_amount
  FROM paylinks p WHERE ${ofHour('p')} GROUP BY p.merchant_id, p.currency_code`;
const countOpened = `SELECT p.merchant_id, ${bucketOf('(p.first_opened_at - p.created_at)')} AS bucket, count(*) AS n
  FROM paylinks p WHERE ${ofHour('p')} AND p.first_opened_at IS NOT NULL GROUP BY 1, 2`;
const countPaid = `SELECT merchant_id, ${bucketOf('waited')} AS bucket, count(*) AS n
  FROM (SELECT p.merchant_id, ${orders('min(o.created_at)', ['created_at'])} - p.created_at AS waited
    FROM paylinks p WHERE ${ofHour('p')} AND ${isPaid})
  WHERE waited IS NOT NULL GROUP BY 1, 2`;
const logColumns = ['merchant_id', 'channel', 'provider', 'status', 'accepted_at'];
const countMessages = `SELECT l.merchant_id, l.channel, l.provider, count(l.accepted_at) AS sent, sum(l.status = 'DELIVERED') AS delivered,
    sum(l.status = 'BOUNCED') AS bounced, sum(l.status = 'FAILED') AS failed, sum(l.status = 'UNKNOWN') AS unknown
  FROM ${withOld('paylink_logs', logColumns, ofHour)} l WHERE l.provider IS NOT NULL GROUP BY 1, 2, 3`;

const Counted = z.array(
  z.object({
    merchant_id: z.string(),
    currency_code: z.string(),
    created: z.int(),
    opened: z.int(),
    paid: z.int(),
    requested_amount: z.int(),
    paid_amount: z.int(),
    refunded_amount: z.int(),
  }),
);
const Waits = z.array(z.object({ merchant_id: z.string(), bucket: z.int(), n: z.int() }));

const bucketsOf = (waits: z.infer<typeof Waits>, merchantId: string) =>
  Object.fromEntries(waits.filter((one) => one.merchant_id === merchantId).map(({ bucket, n }) => [String(bucket), n]));

/** Counts one hour of every merchant, by ranges of ids: Paylinks and attempts are named in the order of time. One batch. */
export async function countHour(
  db: D1Database,
  hour: number,
  bucketsPerE: number,
): Promise<{ paylinks: PaylinkHour[]; messages: MessageHour[] }> {
  const range = [idsFrom(hour * HOUR_MS), idsFrom((hour + 1) * HOUR_MS)];
  const [counted, opened, paid, messages] = await db.batch<Record<string, unknown>>([
    db.prepare(countPaylinks).bind(...range),
    db.prepare(countOpened).bind(...range, bucketsPerE),
    db.prepare(countPaid).bind(...range, bucketsPerE),
    db.prepare(countMessages).bind(...range),
  ]);
  const [openWaits, payWaits] = [Waits.parse(opened?.results), Waits.parse(paid?.results)];
  const byMerchant = Map.groupBy(Counted.parse(counted?.results), (row) => row.merchant_id);
  const paylinks = [...byMerchant].map(([merchantId, rows]) => ({
    merchantId,
    hour,
    created: rows.reduce((sum, row) => sum + row.created, 0),
    opened: rows.reduce((sum, row) => sum + row.opened, 0),
    paid: rows.reduce((sum, row) => sum + row.paid, 0),
    amounts: Object.fromEntries(
      rows.map((row): [string, [number, number, number]] => [
        row.currency_code,
        [row.requested_amount, row.paid_amount, row.refunded_amount],
      ]),
    ),
    openSeconds: bucketsOf(openWaits, merchantId),
    paySeconds: bucketsOf(payWaits, merchantId),
  }));
  return { paylinks, messages: (messages?.results ?? []).map((row) => messageHours.parse({ ...row, hour })) };
}

/** Writes what differs from the roll-up, and nothing else. */
const upsert = (table: string, names: readonly string[], key: readonly string[]) => {
  const rest = names.filter((name) => !key.includes(name));
  return `${insertFromJson(table, names)} WHERE true ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${setExcluded(names, key)}
    WHERE (${rest.map((name) => `${table}.${name}`).join(', ')}) IS NOT (${rest.map((name) => `excluded.${name}`).join(', ')})`;
};
const upsertPaylinks = upsert('stats_paylinks', paylinkHours.names, ['merchant_id', 'hour']);
const upsertMessages = upsert('stats_messages', messageHours.names, ['merchant_id', 'hour', 'channel', 'provider']);
/** Rows of one statement: with all 156 buckets twice a row has 5 KB, and D1 takes 2 MB in a parameter. */
const MAX_ROWS = 250;

/** Writes what was counted. @returns how many rows differed from it */
export async function saveHours(
  db: D1Database,
  paylinks: readonly PaylinkHour[],
  messages: readonly MessageHour[],
): Promise<number> {
  const parts = (sql: string, rows: readonly object[]) =>
    Array.from({ length: Math.ceil(rows.length / MAX_ROWS) }, (_, n) =>
      db.prepare(sql).bind(JSON.stringify(rows.slice(n * MAX_ROWS, (n + 1) * MAX_ROWS))),
    );
  const statements = [
    ...parts(upsertPaylinks, paylinks.map(paylinkHours.toRow)),
    ...parts(upsertMessages, messages.map(messageHours.toRow)),
  ];
  const results = statements.length > 0 ? await db.batch(statements) : [];
  return results.reduce((all, { meta }) => all + meta.changes, 0);
}

/** Hours since the epoch; `until` is not one of them. */
export type Hours = { from: number; until: number };

/** A merchant's hours of the roll-up, oldest first. One batch, each query along the primary key. */
export async function readHours(
  db: D1Database,
  merchantId: string,
  { from, until }: Hours,
): Promise<{ paylinks: PaylinkHour[]; messages: MessageHour[] }> {
  const of = (table: string) =>
    db
      .prepare(`SELECT * FROM ${table} WHERE merchant_id = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour`)
      .bind(merchantId, from, until);
  const [paylinks, messages] = await db.batch<Record<string, unknown>>([of('stats_paylinks'), of('stats_messages')]);
  return {
    paylinks: (paylinks?.results ?? []).map((row) => paylinkHours.parse(row)),
    messages: (messages?.results ?? []).map((row) => messageHours.parse(row)),
  };
}
