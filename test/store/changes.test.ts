import { describe, expect, it } from 'vitest';
import { Changes, JournaledChanges } from '../../src/store/changes.ts';
import { anAttempt } from '../support/attempts.ts';

const opens = { firstOpenedAt: null, lastOpenedAt: null, openCount: 0 };
const progress = { id: 'p', version: 2, status: 'SENT', lastSentAt: 5, updatedAt: 5, ...opens } as const;
const head: Changes['head'] = {
  ...progress,
  merchantId: 'm',
  code: 'c',
  checkoutUrl: null,
  merchantInvoiceId: null,
  orderId: null,
  currencyCode: 'USD',
  description: null,
  memo: null,
  metadata: { order: ['a', { b: null }] },
  customer: {
    email: null,
    phone: null,
    firstName: null,
    lastName: null,
    paylinkCustomerId: null,
    locale: null,
    timeZone: null,
  },
  phoneE164: null,
  emailHash: null,
  phoneHash: null,
  sendEmail: false,
  sendSms: true,
  customerConsent: false,
  consent: null,
  attachments: [],
  files: [],
  tax: null,
  shipping: null,
  subTotal: 0,
  total: 0,
  orderTotal: null,
  approvedAmount: null,
  successUrl: null,
  callbackUrl: null,
  brandName: null,
  brandLogoUrl: null,
  invoiceRefs: null,
  expiration: 1,
  createdAt: 1,
};
const parts = { lineItems: null, deliveryLogs: [anAttempt()], events: [], orders: [] };
const kept = (changes: unknown): unknown => JSON.parse(JSON.stringify(changes));

describe('changes kept as JSON', () => {
  it('are read as they were written, with the whole head or its progress alone', () => {
    const whole = { head, progressOnly: false, ...parts };
    const short = { head: progress, progressOnly: true, ...parts };
    expect(Changes.parse(kept({ head, ...parts }))).toEqual({ head, ...parts });
    for (const changes of [whole, short, { head, ...parts }])
      expect(JournaledChanges.parse(kept(changes))).toEqual(changes);
  });

  it('are refused when a part of a whole head is missing: its details would be lost', () => {
    const { customer: _, ...broken } = head;
    expect(JournaledChanges.safeParse(kept({ head: broken, progressOnly: false, ...parts })).success).toBe(false);
    expect(JournaledChanges.safeParse(kept({ head: progress, ...parts })).success).toBe(false);
  });

  it('are refused when a delivery log is not one', () => {
    const deliveryLogs = [{ ...anAttempt(), status: 'LOST' }];
    expect(Changes.safeParse(kept({ head, ...parts, deliveryLogs })).success).toBe(false);
  });
});
