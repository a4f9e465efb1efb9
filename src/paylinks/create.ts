import type * as z from 'zod/mini';
import { notFound, refusal } from '../errors.ts';
import type { Merchant } from '../model/merchant.ts';
import type { Paylink } from '../model/paylink.ts';
import { chooseCoordinator, newCode, newIdAt } from '../paylink-id.ts';
import { findMerchant } from '../store/merchants.ts';
import { checkDestination } from '../webhooks/url-policy.ts';
import { actorOf, type Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import { afterExpiration, createKeyOf, invalid } from './create-key.ts';
import { checkoutUrlOf } from './domain/links.ts';
import { normalizeConsent, normalizeCustomer, normalizeItems, totalsOf } from './domain/normalize.ts';
import type { Outcome } from './domain/outcome.ts';
import type { SessionCreateFields } from './domain/schemas.ts';
import { recipientKey } from './recipients/recipient-key.ts';

const defaultLifeMs = 30 * 24 * 60 * 60 * 1000;

/** Whose Paylink this will be: the caller's own, or its direct child's. */
async function ownerOf(ctx: Context, merchantId: string): Promise<Merchant | null> {
  const { merchant } = ctx.caller;
  if (merchantId === merchant.id) return merchant;
  const child = await findMerchant(ctx.env.DB, merchantId);
  return child?.parentId === merchant.id ? child : null;
}

/**
 * Creates a Paylink; with an idempotency key, once in 7 days (the same key gives the same Paylink).
 * @param asksConsent false: the surface does not ask for the customer's consent, so the merchant's contract may stand in for it
 */
export async function createPaylink(
  ctx: Context,
  fields: z.output<typeof SessionCreateFields>,
  key: string | null,
  asksConsent = true,
): Promise<Outcome<{ paylink: Paylink; replayed: boolean }>> {
  const { now, config } = ctx;
  const owner = await ownerOf(ctx, fields.merchantId);
  if (!owner) return { kind: 'refused', refusal: { ...notFound, detail: 'Merchant was not found.' } };
  if (owner.suspendedAt !== null)
    return { kind: 'refused', refusal: refusal('suspended', 'This merchant is suspended: nothing is created for it.') };
  const expiration = fields.expiration ?? now + defaultLifeMs;
  if (expiration <= now) return afterExpiration(ctx, owner, fields, key);
  const callback = fields.callbackUrl ? checkDestination(fields.callbackUrl, config) : null;
  if (callback?.kind === 'refused') return invalid({ path: 'callbackUrl', message: callback.reason });
  const byContract = !asksConsent && fields.customerConsent === undefined && owner.consentByContract;
  const hashKey = await recipientKey(ctx.env.DB, config);
  const customer = await normalizeCustomer(hashKey, owner, fields.customer);
  if ('path' in customer) return invalid(customer);
  const lineItems = normalizeItems(fields.lineItems ?? [], now);
  const tax = fields.tax ?? null;
  const shipping = fields.shipping ?? null;
  const totals = totalsOf(lineItems, tax, shipping);
  if (!totals) return invalid({ path: 'lineItems', message: 'The total is larger than 9007199254740991.' });

  const id = newIdAt(now, chooseCoordinator(owner.id, config.COORDINATORS, key));
  const code = newCode(owner.shard);
  const paylink: Paylink = {
    id,
    merchantId: owner.id,
    version: 1,
    status: 'CREATED',
    code,
    checkoutUrl: checkoutUrlOf(owner.checkoutUrlTemplate, id, code),
    merchantInvoiceId: fields.merchantInvoiceId ?? null,
    orderId: null,
    currencyCode: fields.currencyCode ?? 'USD',
    description: fields.description ?? null,
    memo: fields.memo ?? null,
    metadata: fields.metadata ?? null,
    ...customer,
    sendEmail: fields.sendEmail ?? false,
    sendSms: fields.sendSms ?? false,
    consent: normalizeConsent(fields.consent, ctx.caller),
    customerConsent: byContract || (fields.customerConsent ?? false),
    attachments: [],
    tax,
    shipping,
    ...totals,
    orderTotal: null,
    approvedAmount: null,
    expiration,
    lastSentAt: null,
    firstOpenedAt: null,
    lastOpenedAt: null,
    openCount: 0,
    successUrl: fields.successUrl ?? null,
    callbackUrl: callback?.url ?? null,
    brandName: fields.brandName ?? null,
    brandLogoUrl: fields.brandLogoUrl ?? null,
    invoiceRefs: fields.invoiceRefs ?? null,
    files: [],
    createdAt: now,
    updatedAt: now,
    lineItems,
    deliveryLogs: [],
    events: [
      {
        id: crypto.randomUUID(),
        type: 'CREATED',
        oldValue: null,
        newValue: byContract ? { customerConsent: true, consentByContract: true } : null,
        createdBy: 'API Key',
        actor: actorOf(ctx),
        createdAt: now,
        version: 1,
      },
    ],
    orders: [],
  };
  const createKey = await createKeyOf(ctx, owner, fields, key);
  const reply = await ctx.timings.during(
    'coordinator',
    callCoordinator(ctx.env, config, id, (stub) => stub.create({ paylink, parentId: owner.parentId, key: createKey })),
  );
  switch (reply.kind) {
    case 'refused':
      return reply;
    case 'created':
      return { kind: 'done', paylink, replayed: false };
    case 'found':
      return { kind: 'done', paylink: reply.paylink, replayed: reply.replayed };
  }
}
