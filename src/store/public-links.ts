import * as z from 'zod/mini';
import { Order } from '../model/order.ts';
import { AttachmentFile, LineItem, paylinkStatuses } from '../model/paylink.ts';
import { columnsOf, jsonText } from './columns.ts';
import { withOld } from './old-rows.ts';

const Item = z.pick(LineItem, { description: true, sku: true, quantity: true, price: true, tax: true });

const Payment = z.pick(Order, { id: true, amount: true, refunded: true, createdAt: true });

const Row = z.object({
  id: z.string(),
  merchantId: z.string(),
  status: z.enum(paylinkStatuses),
  code: z.string(),
  checkoutUrl: z.nullable(z.string()),
  successUrl: z.nullable(z.string()),
  currencyCode: z.string(),
  description: z.nullable(z.string()),
  memo: z.nullable(z.string()),
  tax: z.nullable(z.int()),
  shipping: z.nullable(z.int()),
  subTotal: z.int(),
  total: z.int(),
  expiration: z.int(),
  /** What a checkout reported, oldest first. */
  payments: jsonText(z.array(Payment)),
  customerLocale: z.nullable(z.string()),
  customerTimeZone: z.nullable(z.string()),
  lineItems: jsonText(z.array(Item)),
  files: jsonText(z.array(AttachmentFile)),
  merchantName: z.string(),
  brandColor: z.nullable(z.string()),
  logoUrl: z.nullable(z.string()),
  supportEmail: z.nullable(z.string()),
  merchantLocale: z.string(),
  merchantTimeZone: z.nullable(z.string()),
});

const itemColumns = columnsOf(Item);
const ofPaylink = (alias: string) => `${alias}.paylink_id = p.id`;
const items = withOld('paylink_items', [...itemColumns.names, 'position'], ofPaylink);
const orderColumns = columnsOf(Payment);
const orders = withOld('paylink_orders', orderColumns.names, ofPaylink);

/** What anyone with the short link may see. It says nothing about the customer except their locale and time zone, and has no reference of the merchant's own. */
export type PublicPaylink = z.output<typeof Row>;

/** The query of `findPublicPaylink`. It finds everything by the unique code. */
export const publicPaylinkSql = `
  SELECT p.id, p.merchant_id AS merchantId, p.status, p.code, p.checkout_url AS checkoutUrl, p.success_url AS successUrl, p.files, p.currency_code AS currencyCode, p.description, p.memo,
    p.tax, p.shipping, p.sub_total AS subTotal, p.total, p.expiration,
    json_extract(p.customer, '$.locale') AS customerLocale, json_extract(p.customer, '$.timeZone') AS customerTimeZone,
    (SELECT json_group_array(${orderColumns.toJson('o')} ORDER BY o.created_at, o.id) FROM ${orders} o) AS payments,
    (SELECT json_group_array(${itemColumns.toJson('i')} ORDER BY i.position) FROM ${items} i) AS lineItems,
    coalesce(p.brand_name, m.name) AS merchantName, m.brand_color AS brandColor, coalesce(p.brand_logo_url, m.logo_url) AS logoUrl, m.support_email AS supportEmail, m.locale AS merchantLocale,
    m.time_zone AS merchantTimeZone
  FROM paylinks p JOIN merchants m ON m.id = p.merchant_id
  WHERE p.code = ?1`;

/** Finds a Paylink by its short link's code; null when there is none. */
export async function findPublicPaylink(db: D1Database, code: string): Promise<PublicPaylink | null> {
  const row = await db.prepare(publicPaylinkSql).bind(code).first();
  return row ? Row.parse(row) : null;
}

const LocaleRow = z.object({ locale: z.string() });

/** The locale of a Paylink's customer, else of its merchant; null when there is no such Paylink. */
export async function findLocale(db: D1Database, paylinkId: string): Promise<string | null> {
  const row = await db
    .prepare(
      `SELECT coalesce(json_extract(p.customer, '$.locale'), m.locale) AS locale
       FROM paylinks p JOIN merchants m ON m.id = p.merchant_id WHERE p.id = ?1`,
    )
    .bind(paylinkId)
    .first();
  return row ? LocaleRow.parse(row).locale : null;
}
