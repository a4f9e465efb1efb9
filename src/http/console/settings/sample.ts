import { DAY_MS } from '../../../lib/durations.ts';
import type { Merchant } from '../../../model/merchant.ts';
import type { MessagePaylink } from '../../../paylinks/domain/compose-message.ts';
import type { PublicPaylink } from '../../../store/public-links.ts';

/** A Paylink that is only looked at: to see how a merchant's messages look. @param language of its customer @param now ms */
export function samplePaylink(merchant: Merchant, language: string, now: number): MessagePaylink {
  const item = { sku: null, tax: null, category: null, metadata: null, createdAt: now, updatedAt: now };
  return {
    id: '00000000-0000-7000-8000-000000000000',
    merchantId: merchant.id,
    version: 1,
    status: 'SENT',
    code: 'preview',
    checkoutUrl: null,
    merchantInvoiceId: null,
    orderId: null,
    currencyCode: 'USD',
    description: null,
    memo: null,
    metadata: null,
    customer: {
      email: 'ada@example.com',
      phone: '+12025550143',
      firstName: 'Ada',
      lastName: null,
      paylinkCustomerId: null,
      locale: language,
      timeZone: merchant.timeZone,
    },
    phoneE164: '+12025550143',
    emailHash: null,
    phoneHash: null,
    sendEmail: true,
    sendSms: true,
    customerConsent: true,
    consent: null,
    attachments: [],
    files: [],
    tax: null,
    shipping: 900,
    subTotal: 20_412,
    total: 21_312,
    orderTotal: null,
    approvedAmount: null,
    expiration: now + 30 * DAY_MS,
    lastSentAt: now,
    firstOpenedAt: null,
    lastOpenedAt: null,
    openCount: 0,
    successUrl: null,
    callbackUrl: null,
    brandName: null,
    brandLogoUrl: null,
    invoiceRefs: null,
    createdAt: now,
    updatedAt: now,
    lineItems: [{ ...item, id: 'sample-1', description: 'TENT-2', price: 20_412, quantity: 1 }],
  };
}

/** The same as its hosted page reads it. */
export function samplePage(merchant: Merchant, language: string, now: number): PublicPaylink {
  const { id, status, code, currencyCode, tax, shipping, subTotal, total, expiration, lineItems, files } =
    samplePaylink(merchant, language, now);
  return {
    ...{ id, status, code, currencyCode, tax, shipping, subTotal, total, expiration, lineItems, files },
    merchantId: merchant.id,
    checkoutUrl: null,
    successUrl: null,
    description: null,
    memo: null,
    payments: [],
    customerLocale: language,
    customerTimeZone: merchant.timeZone,
    merchantName: merchant.name,
    brandColor: merchant.brandColor,
    logoUrl: merchant.logoUrl,
    supportEmail: merchant.supportEmail,
    merchantLocale: merchant.locale,
    merchantTimeZone: merchant.timeZone,
  };
}
