import { env } from 'cloudflare:workers';
import type { PaylinkStatus } from '../../../src/model.ts';

export type SeededPaylink = {
  code: string;
  status?: PaylinkStatus;
  description?: string;
  memo?: string;
  checkoutUrl?: string;
  currency?: string;
  expiration?: number;
  merchantName?: string;
  itemName?: string;
  paid?: number;
};

/** Writes a merchant and a Paylink (two items, USD 155.30 in all) straight into D1. @returns the Paylink's id */
export async function seedPaylink(given: SeededPaylink): Promise<string> {
  const id = crypto.randomUUID();
  const merchant = crypto.randomUUID();
  const run = (sql: string, ...values: (string | number | null)[]) =>
    env.DB.prepare(sql)
      .bind(...values)
      .run();
  await run(
    `INSERT INTO merchants (id, name, mode, country, locale, brand_color, support_email, sms_countries, created_at, updated_at)
     VALUES (?1, ?2, 'live', 'US', 'en-US', '#0f766e', 'help@merchant.test', '["US"]', 0, 0)`,
    merchant,
    given.merchantName ?? 'Northwind',
  );
  await run(
    `INSERT INTO paylinks (id, merchant_id, version, status, code, checkout_url, currency_code, description, memo, customer, send_email, send_sms,
       customer_consent, attachments, tax, shipping, sub_total, total, expiration, created_at, updated_at)
     VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 1, 1, '[]', 200, 500, 14830, 15530, ?10, 0, 0)`,
    id,
    merchant,
    given.status ?? 'SENT',
    given.code,
    given.checkoutUrl ?? null,
    given.currency ?? 'USD',
    given.description ?? null,
    given.memo ?? null,
    JSON.stringify({ email: 'ada@customer.test', phone: '+12025550123', firstName: 'Ada', locale: null }),
    given.expiration ?? 1_800_000_000_000,
  );
  const item = `INSERT INTO line_items (id, paylink_id, position, price, quantity, tax, description, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0)`;
  await run(item, crypto.randomUUID(), id, 0, 12_900, 1, 1_130, given.itemName ?? 'Trail jacket');
  await run(item, crypto.randomUUID(), id, 1, 400, 2, null, 'Socks');
  if (given.paid !== undefined)
    await run(
      `INSERT INTO orders (paylink_id, id, status, amount, fees, refunded, currency_code, created_at, updated_at, version) VALUES (?1, 'order', 'PAID', ?2, 0, 0, 'USD', 0, 0, 1)`,
      id,
      given.paid,
    );
  return id;
}
