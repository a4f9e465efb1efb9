import type { FieldError } from '../../errors.ts';
import type { Caller } from '../../model/caller.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { Consent, Customer, LineItem } from '../../model/paylink.ts';
import { normalizePhone, recipientHash } from '../recipients/recipient.ts';
import type { PaylinkFields } from './schemas.ts';

type Priced = { price: number; quantity: number; tax: number | null };

/**
 * `subTotal = Σ(price·quantity + item tax)`, `total = subTotal + shipping + tax`, all integer minor units.
 * null when a sum leaves the safe integers.
 */
export function totalsOf(
  items: readonly Priced[],
  tax: number | null,
  shipping: number | null,
): { subTotal: number; total: number } | null {
  let subTotal = 0;
  for (const item of items) {
    subTotal += item.price * item.quantity + (item.tax ?? 0);
    if (!Number.isSafeInteger(subTotal)) return null;
  }
  const total = subTotal + (tax ?? 0) + (shipping ?? 0);
  return Number.isSafeInteger(total) ? { subTotal, total } : null;
}

/** A customer as it is kept: as typed, with what is sent to and compared beside it. */
export type NormalCustomer = {
  customer: Customer;
  phoneE164: string | null;
  emailHash: string | null;
  phoneHash: string | null;
};

/** Reads the phone number as the merchant's country's, and hashes both recipients with `key` (recipient-key.ts). */
export async function normalizeCustomer(
  key: CryptoKey,
  merchant: Pick<Merchant, 'country'>,
  fields: PaylinkFields['customer'],
): Promise<NormalCustomer | FieldError> {
  const phone = fields?.phone ?? null;
  const email = fields?.email ?? null;
  const phoneE164 = phone === null ? null : normalizePhone(phone, merchant.country);
  if (phone !== null && phoneE164 === null) {
    const message = `Must be an E.164 number or a possible number of ${merchant.country}, without an extension or parameters.`;
    return { path: 'customer.phone', message };
  }
  return {
    customer: {
      email,
      phone,
      firstName: fields?.firstName ?? null,
      lastName: fields?.lastName ?? null,
      paylinkCustomerId: fields?.paylinkCustomerId ?? null,
      locale: fields?.locale ?? null,
      timeZone: fields?.timeZone ?? null,
    },
    phoneE164,
    emailHash: email === null ? null : await recipientHash(key, 'EMAIL', email),
    phoneHash: phoneE164 === null ? null : await recipientHash(key, 'SMS', phoneE164),
  };
}

/** A proof of consent as it is kept; null: there is none. */
export const normalizeConsent = (
  fields: PaylinkFields['consent'],
  { credentialId, label }: Pick<Caller, 'credentialId' | 'label'>,
): Consent | null =>
  fields
    ? {
        source: fields.source ?? null,
        capturedAt: fields.capturedAt ?? null,
        text: fields.text ?? null,
        ip: fields.ip ?? null,
        recordedBy: { credentialId, label: label ?? null },
      }
    : null;

/** Line items with ids of their own. @param now ms */
export const normalizeItems = (items: NonNullable<PaylinkFields['lineItems']>, now: number): LineItem[] =>
  items.map((item) => ({
    id: crypto.randomUUID(),
    sku: item.sku ?? null,
    price: item.price,
    quantity: item.quantity,
    tax: item.tax ?? null,
    description: item.description ?? null,
    category: item.category ?? null,
    metadata: item.metadata ?? null,
    createdAt: now,
    updatedAt: now,
  }));
