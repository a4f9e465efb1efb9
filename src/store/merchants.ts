import * as z from 'zod/mini';
import type { Merchant } from '../model.ts';
import { jsonText } from './row.ts';

const text = z.nullable(z.string());
const maybeInt = z.nullable(z.int());

const Columns = z.object({
  id: z.string(),
  parent_id: text,
  name: z.string(),
  mode: z.enum(['test', 'live']),
  country: z.string(),
  locale: z.string(),
  brand_color: text,
  logo_url: text,
  support_email: text,
  checkout_url_template: text,
  sms_countries: jsonText(z.array(z.string())),
  rate_limit_requests: maybeInt,
  rate_limit_window_seconds: maybeInt,
  paylink_send_cap: z.int(),
  recipient_send_cap: z.int(),
  unkeyed_window_ms: z.int(),
  shard: z.int(),
  created_at: z.int(),
  updated_at: z.int(),
});
type Column = keyof z.output<typeof Columns>;
const columns = z.keyof(Columns).options;

/** A row of `merchants` (or `merchantJson` of it), parsed into the Merchant; further columns of a join are ignored. */
export const MerchantRow = z.pipe(
  Columns,
  z.transform(
    (row): Merchant => ({
      id: row.id,
      parentId: row.parent_id,
      name: row.name,
      mode: row.mode,
      country: row.country,
      locale: row.locale,
      brandColor: row.brand_color,
      logoUrl: row.logo_url,
      supportEmail: row.support_email,
      checkoutUrlTemplate: row.checkout_url_template,
      smsCountries: row.sms_countries,
      rateLimitRequests: row.rate_limit_requests,
      rateLimitWindowSeconds: row.rate_limit_window_seconds,
      paylinkSendCap: row.paylink_send_cap,
      recipientSendCap: row.recipient_send_cap,
      unkeyedWindowMs: row.unkeyed_window_ms,
      shard: row.shard,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }),
  ),
);

/** @throws when a row is not what this version writes */
export const toMerchant = (row: unknown): Merchant => MerchantRow.parse(row);

/** Every column of `merchants` under its own name, for a `SELECT` in which `alias` is the table; join others under other names. */
export const merchantColumns = (alias: string): string => columns.map((column) => `${alias}.${column}`).join(', ');

const members = (alias: string, some: readonly Column[], prefix: string) =>
  some.map((column) => `'${prefix}${column}', ${alias}.${column}`).join(', ');

/** The whole row as one JSON value, for joins whose column names collide. D1 takes at most 32 arguments a function, hence the two. */
export const merchantJson = (alias: string): string =>
  `json_set(json_object(${members(alias, columns.slice(0, 15), '')}), ${members(alias, columns.slice(15), '$.')})`;

const valuesOf = (merchant: Merchant): Record<Column, string | number | null> => ({
  id: merchant.id,
  parent_id: merchant.parentId,
  name: merchant.name,
  mode: merchant.mode,
  country: merchant.country,
  locale: merchant.locale,
  brand_color: merchant.brandColor,
  logo_url: merchant.logoUrl,
  support_email: merchant.supportEmail,
  checkout_url_template: merchant.checkoutUrlTemplate,
  sms_countries: JSON.stringify(merchant.smsCountries),
  rate_limit_requests: merchant.rateLimitRequests,
  rate_limit_window_seconds: merchant.rateLimitWindowSeconds,
  paylink_send_cap: merchant.paylinkSendCap,
  recipient_send_cap: merchant.recipientSendCap,
  unkeyed_window_ms: merchant.unkeyedWindowMs,
  shard: merchant.shard,
  created_at: merchant.createdAt,
  updated_at: merchant.updatedAt,
});

/** The merchant of a Paylink, for him or his direct parent; null when the Paylink is unknown or somebody else's. One query. */
export async function findOwner(db: D1Database, paylinkId: string, callerId: string): Promise<Merchant | null> {
  const row = await db
    .prepare(
      `SELECT ${merchantColumns('m')} FROM paylinks p JOIN merchants m ON m.id = p.merchant_id
       WHERE p.id = ?1 AND (p.merchant_id = ?2 OR m.parent_id = ?2)`,
    )
    .bind(paylinkId, callerId)
    .first();
  return row ? toMerchant(row) : null;
}

export type InsertedMerchant = { kind: 'inserted' } | { kind: 'duplicate' } | { kind: 'unknown_parent' };

/** Inserts a merchant. Its parent, if any, must exist. One batch. */
export async function insertMerchant(db: D1Database, merchant: Merchant): Promise<InsertedMerchant> {
  const values = valuesOf(merchant);
  const insert = db
    .prepare(
      `INSERT INTO merchants (${columns.join(', ')}) SELECT ${columns.map((_, index) => `?${index + 1}`).join(', ')}
       WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM merchants WHERE id = ?2 AND mode = ?4)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
    )
    .bind(...columns.map((column) => values[column]));
  const taken = db.prepare('SELECT id FROM merchants WHERE id = ?1').bind(merchant.id);
  const [known, inserted] = await db.batch([taken, insert]);
  if (inserted?.results.length === 1) return { kind: 'inserted' };
  return { kind: known?.results.length === 1 ? 'duplicate' : 'unknown_parent' };
}

/** The settings an update may touch. */
export type MerchantSettings = Omit<Merchant, 'id' | 'parentId' | 'mode' | 'shard' | 'createdAt' | 'updatedAt'>;

const settingColumns: Record<keyof MerchantSettings, Column> = {
  name: 'name',
  country: 'country',
  locale: 'locale',
  brandColor: 'brand_color',
  logoUrl: 'logo_url',
  supportEmail: 'support_email',
  checkoutUrlTemplate: 'checkout_url_template',
  smsCountries: 'sms_countries',
  rateLimitRequests: 'rate_limit_requests',
  rateLimitWindowSeconds: 'rate_limit_window_seconds',
  paylinkSendCap: 'paylink_send_cap',
  recipientSendCap: 'recipient_send_cap',
  unkeyedWindowMs: 'unkeyed_window_ms',
};

type SettingsChange = { [setting in keyof MerchantSettings]?: MerchantSettings[setting] | undefined };

/** Changes the settings that are given, and only those, so that two updates of different settings both hold. null: no such merchant. */
export async function updateMerchant(
  db: D1Database,
  id: string,
  change: SettingsChange,
  now: number,
): Promise<Merchant | null> {
  // Always later than before: whoever knows the merchant tells by it whether he knows it as it is.
  const sets = ['updated_at = max(updated_at + 1, ?2)'];
  const values: (string | number | null)[] = [id, now];
  for (const [setting, column] of Object.entries(settingColumns)) {
    const value = Object.entries(change).find(([name]) => name === setting)?.[1];
    if (value === undefined) continue;
    sets.push(`${column} = ?${values.push(Array.isArray(value) ? JSON.stringify(value) : value)}`);
  }
  const row = await db
    .prepare(`UPDATE merchants SET ${sets.join(', ')} WHERE id = ?1 RETURNING ${columns.join(', ')}`)
    .bind(...values)
    .first();
  return row ? toMerchant(row) : null;
}

export async function findMerchant(db: D1Database, id: string): Promise<Merchant | null> {
  const row = await db
    .prepare(`SELECT ${merchantColumns('m')} FROM merchants m WHERE m.id = ?1`)
    .bind(id)
    .first();
  return row ? toMerchant(row) : null;
}

/** A merchant that is `parentId`'s direct child; null for any other. */
export async function findChildMerchant(db: D1Database, parentId: string, id: string): Promise<Merchant | null> {
  const row = await db
    .prepare(`SELECT ${merchantColumns('m')} FROM merchants m WHERE m.id = ?1 AND m.parent_id = ?2`)
    .bind(id, parentId)
    .first();
  return row ? toMerchant(row) : null;
}

/** Merchants by id, `limit` at a time after the id `after` ('' for the first page). */
export async function listMerchants(db: D1Database, after: string, limit: number): Promise<Merchant[]> {
  const { results } = await db
    .prepare(`SELECT ${merchantColumns('m')} FROM merchants m WHERE m.id > ?1 ORDER BY m.id LIMIT ?2`)
    .bind(after, limit)
    .all();
  return results.map(toMerchant);
}
