import { env } from 'cloudflare:workers';
import type { EmailMessage, MessageContent, SmsMessage } from '../../src/delivery/port.ts';
import { type Bindings, type Config, configOf } from '../../src/env.ts';
import { fakeVariables } from '../support/providers/fake-credentials.ts';

/** A configuration that asks the fake providers at `url`. */
export function fakeConfig(url: string, more: Record<string, unknown> = {}): Config {
  const bindings: Bindings = {
    ...env,
    ENVIRONMENT: 'local',
    PUBLIC_BASE_URL: 'https://pay.example.com',
    EMAIL_PROVIDERS: 'mailchannels,resend',
    SMS_PROVIDERS: 'twilio,telnyx',
    EMAIL_FROM: 'pay@example.com',
    EMAIL_FROM_NAME: 'Paylinks',
    SMS_FROM: '+12025550143',
    SECRETS_KEY: '0'.repeat(64),
    ...fakeVariables(url),
    ...more,
  };
  return configOf(bindings);
}

/** A recipient no other test uses, so that what the fakes count for it is this test's. */
export const anAddress = () => `ana.${crypto.randomUUID().slice(0, 8)}@example.net`;
export const aNumber = () => `+1202555${`${crypto.getRandomValues(new Uint32Array(1))[0]}`.padStart(7, '0').slice(-7)}`;

export const anEmail = (more: Partial<EmailMessage> = {}): EmailMessage => ({
  channel: 'EMAIL',
  attemptId: crypto.randomUUID(),
  paylinkId: '0190d0c5-0000-7000-8000-000000000001',
  merchantId: '11111111-2222-4333-8444-555555555555',
  to: { email: anAddress(), name: 'Ana Núñez' },
  from: { email: 'pay@example.com', name: 'Café Luna, Inc.' },
  replyTo: 'help@cafeluna.example',
  subject: 'Café Luna: payment request for $12.50',
  html: '<p>https://pay.example.com/s/AbC123_-xyz9</p>',
  text: 'Pay: https://pay.example.com/s/AbC123_-xyz9 now',
  unsubscribeUrl: 'https://pay.example.com/u/token',
  ...more,
});

export const anSms = (more: Partial<SmsMessage> = {}): SmsMessage => {
  const attemptId = more.attemptId ?? crypto.randomUUID();
  return {
    channel: 'SMS',
    attemptId,
    paylinkId: '0190d0c5-0000-7000-8000-000000000001',
    merchantId: '11111111-2222-4333-8444-555555555555',
    to: aNumber(),
    from: '+12025550143',
    text: 'Pay: https://pay.example.com/s/AbC123_-xyz9 Reply STOP to opt out',
    statusCallbackUrl: `https://pay.example.com/webhooks/twilio?attempt=${attemptId}`,
    shortLink: 'https://pay.example.com/s/AbC123_-xyz9',
    ...more,
  };
};

export const content = (more: Partial<MessageContent> = {}): MessageContent => ({
  merchant: {
    name: 'Café Luna',
    brandColor: '#0f766e',
    logoUrl: 'https://cdn.example.com/luna.png',
    supportEmail: 'help@cafeluna.example',
  },
  locale: 'en-US',
  timeZone: 'UTC',
  customerFirstName: 'Ana',
  description: 'Catering, 12 May',
  memo: 'Thank you for your order!\nWe deliver at noon.',
  currencyCode: 'USD',
  lineItems: [
    { description: 'Lunch box', sku: 'BOX-1', quantity: 12, price: 1450, tax: 1392 },
    { description: null, sku: 'COFFEE-5L', quantity: 2, price: 3900, tax: null },
  ],
  tax: 0,
  shipping: 1500,
  subTotal: 26592,
  total: 28092,
  amountPaid: 0,
  amountDue: 28092,
  expiration: Date.UTC(2027, 4, 11, 17, 30),
  shortLink: 'https://pay.example.com/s/AbC123_-xyz9',
  attachments: [],
  ...more,
});
