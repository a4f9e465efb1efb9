import * as z from 'zod/mini';
import { LineItem, paylinkStatuses } from '../model.ts';
import { columnsOf, jsonText } from './columns.ts';

const Item = z.pick(LineItem, { description: true, sku: true, quantity: true, price: true, tax: true });

const Row = z.object({
  id: z.string(),
  status: z.enum(paylinkStatuses),
  code: z.string(),
  checkoutUrl: z.nullable(z.string()),
  currencyCode: z.string(),
  description: z.nullable(z.string()),
  memo: z.nullable(z.string()),
  merchantInvoiceId: z.nullable(z.string()),
  tax: z.nullable(z.int()),
  shipping: z.nullable(z.int()),
  subTotal: z.int(),
  total: z.int(),
  expiration: z.int(),
  /** Paid less refunded, minor units. */
  paid: z.int(),
  customerLocale: z.nullable(z.string()),
  lineItems: jsonText(z.array(Item)),
  merchantName: z.string(),
  brandColor: z.nullable(z.string()),
  logoUrl: z.nullable(z.string()),
  supportEmail: z.nullable(z.string()),
  merchantLocale: z.string(),
});

/** What anyone with the short link may see. It says nothing about the customer except their locale. */
export type PublicPaylink = z.output<typeof Row>;

/** The query of `findPublicPaylink`. It finds everything by the unique code. */
export const publicPaylinkSql = `
  SELECT p.id, p.status, p.code, p.checkout_url AS checkoutUrl, p.currency_code AS currencyCode, p.description, p.memo,
    p.merchant_invoice_id AS merchantInvoiceId, p.tax, p.shipping, p.sub_total AS subTotal, p.total, p.expiration,
    json_extract(p.customer, '$.locale') AS customerLocale,
    (SELECT coalesce(sum(o.amount - o.refunded), 0) FROM orders o WHERE o.paylink_id = p.id) AS paid,
    (SELECT json_group_array(${columnsOf(Item).toJson('i')}
      ORDER BY i.position) FROM line_items i WHERE i.paylink_id = p.id) AS lineItems,
    m.name AS merchantName, m.brand_color AS brandColor, m.logo_url AS logoUrl, m.support_email AS supportEmail, m.locale AS merchantLocale
  FROM paylinks p JOIN merchants m ON m.id = p.merchant_id
  WHERE p.code = ?1`;

/** Finds a Paylink by its short link's code; null when there is none. */
export async function findPublicPaylink(db: D1Database, code: string): Promise<PublicPaylink | null> {
  const row = await db.prepare(publicPaylinkSql).bind(code).first();
  return row ? Row.parse(row) : null;
}
