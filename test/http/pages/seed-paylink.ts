import { env } from 'cloudflare:workers';
import type { LineItem, PaylinkStatus } from '../../../src/model/paylink.ts';
import { insertPaylinks } from '../../../src/store/insert-paylinks.ts';
import { insertMerchant } from '../../../src/store/merchants.ts';
import { projectChanges } from '../../../src/store/project-changes.ts';
import { anOrder, aPaylink, changesOf } from '../../support/a-paylink.ts';
import { aMerchant } from '../../support/merchants.ts';

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
  locale?: string;
  invoice?: string;
  refunded?: number;
  timeZone?: string;
  logoUrl?: string;
  supportEmail?: string | null;
  successUrl?: string;
  brandName?: string;
  brandLogoUrl?: string;
  merchantId?: string;
};

const anItem = (some: Partial<LineItem>): LineItem => ({
  id: crypto.randomUUID(),
  sku: null,
  price: 0,
  quantity: 1,
  tax: null,
  description: null,
  category: null,
  metadata: null,
  createdAt: 0,
  updatedAt: 0,
  ...some,
});

/** Writes a merchant and a Paylink (two items, USD 155.30 in all) straight into D1. @returns the Paylink's id */
export async function seedPaylink(given: SeededPaylink): Promise<string> {
  const merchant = aMerchant({
    name: given.merchantName ?? 'Northwind',
    brandColor: '#0f766e',
    supportEmail: given.supportEmail === undefined ? 'help@merchant.test' : given.supportEmail,
    logoUrl: given.logoUrl ?? null,
    ...(given.merchantId ? { id: given.merchantId } : {}),
  });
  await insertMerchant(env.DB, merchant);
  const paylink = aPaylink({
    merchantId: merchant.id,
    status: given.status ?? 'SENT',
    code: given.code,
    checkoutUrl: given.checkoutUrl ?? null,
    successUrl: given.successUrl ?? null,
    brandName: given.brandName ?? null,
    brandLogoUrl: given.brandLogoUrl ?? null,
    currencyCode: given.currency ?? 'USD',
    description: given.description ?? null,
    memo: given.memo ?? null,
    merchantInvoiceId: given.invoice ?? null,
    customer: {
      email: 'ada@customer.test',
      phone: '+12025550123',
      firstName: 'Ada',
      lastName: null,
      paylinkCustomerId: null,
      locale: given.locale ?? null,
      timeZone: given.timeZone ?? null,
    },
    tax: 200,
    shipping: 500,
    subTotal: 14_830,
    total: 15_530,
    expiration: given.expiration ?? 1_800_000_000_000,
  });
  const lineItems = [
    anItem({ price: 12_900, tax: 1_130, description: given.itemName ?? 'Trail jacket' }),
    anItem({ price: 400, quantity: 2, description: 'Socks' }),
  ];
  await insertPaylinks(env.DB, [{ ...changesOf(paylink, { lineItems }), key: null }], []);
  if (given.paid !== undefined)
    await projectChanges(
      env.DB,
      [
        changesOf(paylink, {
          orders: [anOrder({ amount: given.paid, refunded: given.refunded ?? 0, createdAt: 1_700_000_000_000 })],
        }),
      ],
      [],
    );
  return paylink.id;
}
