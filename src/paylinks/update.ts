import { notFound, refusal } from '../errors.ts';
import type { Merchant } from '../model/merchant.ts';
import type { Paylink } from '../model/paylink.ts';
import { checkDestination } from '../webhooks/url-policy.ts';
import { actorOf, type Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import type { PaylinkPatch } from './domain/change.ts';
import { changeFingerprint } from './domain/idempotency.ts';
import { normalizeConsent, normalizeCustomer, normalizeItems } from './domain/normalize.ts';
import type { Outcome } from './domain/outcome.ts';
import type { PaylinkFields } from './domain/schemas.ts';
import { ownerOf, refusalOfOwner } from './read.ts';
import { recipientKey } from './recipients/recipient-key.ts';

/**
 * Changes the given fields; `lineItems` and `customer` replace the old ones as a whole. In which statuses
 * which fields may change is decided in domain/apply-update.ts.
 * @param key the idempotency key @param owner this Paylink's `ownerOf`, if it is being read already
 */
export async function updatePaylink(
  ctx: Context,
  paylinkId: string,
  fields: PaylinkFields,
  key: string | null,
  owner?: Promise<Merchant | null>,
): Promise<Outcome<{ paylink: Paylink; replayed: boolean }>> {
  const merchant = await (owner ?? ownerOf(ctx, paylinkId));
  const refused = refusalOfOwner(merchant);
  if (!merchant || refused) return { kind: 'refused', refusal: refused ?? notFound };
  const patch: PaylinkPatch = {};
  if (fields.merchantInvoiceId !== undefined) patch.merchantInvoiceId = fields.merchantInvoiceId;
  if (fields.tax !== undefined) patch.tax = fields.tax;
  if (fields.shipping !== undefined) patch.shipping = fields.shipping;
  if (fields.currencyCode !== undefined) patch.currencyCode = fields.currencyCode;
  if (fields.description !== undefined) patch.description = fields.description;
  if (fields.memo !== undefined) patch.memo = fields.memo;
  if (fields.metadata !== undefined) patch.metadata = fields.metadata;
  if (fields.sendEmail !== undefined) patch.sendEmail = fields.sendEmail;
  if (fields.sendSms !== undefined) patch.sendSms = fields.sendSms;
  if (fields.customerConsent !== undefined) patch.customerConsent = fields.customerConsent;
  if (fields.consent !== undefined) patch.consent = normalizeConsent(fields.consent, ctx.caller);
  if (fields.attachments) patch.attachments = fields.attachments;
  if (fields.successUrl !== undefined) patch.successUrl = fields.successUrl;
  if (fields.brandName !== undefined) patch.brandName = fields.brandName;
  if (fields.brandLogoUrl !== undefined) patch.brandLogoUrl = fields.brandLogoUrl;
  if (fields.invoiceRefs !== undefined) patch.invoiceRefs = fields.invoiceRefs;
  if (fields.callbackUrl !== undefined) {
    const callback = fields.callbackUrl === null ? null : checkDestination(fields.callbackUrl, ctx.config);
    if (callback?.kind === 'refused') return invalid('callbackUrl', callback.reason);
    patch.callbackUrl = callback?.url ?? null;
  }
  if (fields.lineItems !== undefined) patch.lineItems = normalizeItems(fields.lineItems, ctx.now);
  if (fields.expiration !== undefined && fields.expiration !== null) {
    // With a key it may be the repeat of an update that was in time: its coordinator knows.
    if (fields.expiration <= ctx.now && key === null) return invalid('expiration', 'Must be in the future.');
    patch.expiration = fields.expiration;
  }
  if (fields.customer !== undefined) {
    const customer = await normalizeCustomer(await recipientKey(ctx.env.DB, ctx.config), merchant, fields.customer);
    if ('path' in customer) return invalid(customer.path, customer.message);
    Object.assign(patch, customer);
  }
  const callerId = ctx.caller.merchant.id;
  const idempotency = key !== null && {
    idempotency: {
      key,
      fingerprint: await changeFingerprint(await recipientKey(ctx.env.DB, ctx.config), 'update', fields),
    },
  };
  const reply = await ctx.timings.during(
    'coordinator',
    callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
      stub.change(paylinkId, callerId, {
        kind: 'update',
        patch,
        createdBy: 'API Key',
        actor: actorOf(ctx),
        ...idempotency,
      }),
    ),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done', paylink: reply.paylink, replayed: reply.replayed === true };
}

const invalid = (path: string, message: string) =>
  ({
    kind: 'refused',
    refusal: refusal('invalid_request', `The body is not valid: ${path}: ${message}`, { errors: [{ path, message }] }),
  }) as const;
