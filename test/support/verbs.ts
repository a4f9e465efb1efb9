import { env } from 'cloudflare:workers';
import { type Bindings, configOf } from '../../src/env.ts';
import { Slots } from '../../src/lib/slots.ts';
import { Timings } from '../../src/lib/timings.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { type Context, configuredProviders, MAX_CALLS } from '../../src/paylinks/context.ts';
import { createPaylink } from '../../src/paylinks/create.ts';
import { CreateFields } from '../../src/paylinks/domain/schemas.ts';
import { type SendInput, sendPaylink } from '../../src/paylinks/send.ts';
import { scriptedFor } from './providers/scripted-providers.ts';

/** What a verb is told when `merchant` asks. */
export const contextOf = (merchant: Merchant, bindings: Bindings = env, now = Date.now()): Context => ({
  env: bindings,
  config: configOf(bindings),
  caller: { merchant, credentialId: 'test', label: null, scopes: null },
  requestId: 'test',
  now,
  timings: new Timings(),
  waitUntil: () => {},
  slots: new Slots(MAX_CALLS),
  providersFor: configuredProviders(bindings, configOf(bindings)),
});

/** A complete create body for a merchant. */
export const createBody = (merchantId: string, some: object = {}) => ({
  merchantId,
  merchantInvoiceId: 'INV-1',
  customer: { email: 'ada@example.com', phone: '3333333333', firstName: 'Ada', lastName: 'Byron' },
  lineItems: [{ sku: 'B-1', price: 1010, quantity: 1, tax: 0, description: 'A book', category: 'books' }],
  description: 'Your order',
  sendEmail: true,
  sendSms: true,
  customerConsent: true,
  ...some,
});

/** A Paylink of `merchant`, created as any caller would. */
export async function seedPaylink(merchant: Merchant, some: object = {}, ctx = contextOf(merchant)): Promise<Paylink> {
  const created = await createPaylink(ctx, CreateFields.parse(createBody(merchant.id, some)), null);
  if (created.kind !== 'done') throw new Error(`not created: ${created.refusal.detail}`);
  return created.paylink;
}

/** Sends as REST does unless told otherwise. `elapsedMs`: how long ago the invocation began. */
export const send = (
  ctx: Context,
  paylinkId: string,
  some: Partial<SendInput> & { key?: string | null; elapsedMs?: number } = {},
) => {
  const { key = null, elapsedMs = 0, ...input } = some;
  const providersFor = scriptedFor(paylinkId) ?? ctx.providersFor;
  return sendPaylink(
    { ...ctx, now: Date.now() - elapsedMs, providersFor },
    {
      paylinkId,
      channels: ['EMAIL', 'SMS'],
      to: null,
      requireEnabled: true,
      idempotency: { key, waitSeconds: 0 },
      ...input,
    },
  );
};
