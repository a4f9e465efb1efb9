import type * as z from 'zod/mini';
import { type FieldError, refusal } from '../errors.ts';
import type { Merchant } from '../model/merchant.ts';
import type { Paylink } from '../model/paylink.ts';
import type { CreateKey } from '../store/insert-paylinks.ts';
import { findByCreateKey } from '../store/paylinks.ts';
import { OPERATION_MS } from '../store/retention.ts';
import type { Context } from './context.ts';
import { createFingerprint, keyOfCaller } from './domain/idempotency.ts';
import type { Outcome } from './domain/outcome.ts';
import type { SessionCreateFields } from './domain/schemas.ts';
import { recipientKey } from './recipients/recipient-key.ts';

type Fields = z.output<typeof SessionCreateFields>;
type Created = Outcome<{ paylink: Paylink; replayed: boolean }>;

export const invalid = (error: FieldError) =>
  ({
    kind: 'refused',
    refusal: refusal('invalid_request', `The body is not valid: ${error.path}: ${error.message}`, { errors: [error] }),
  }) as const;

/** The caller's idempotency key for a create, as it is kept, and what the create means; null: it has none. */
export async function createKeyOf(
  ctx: Context,
  owner: Pick<Merchant, 'id'>,
  fields: Fields,
  key: string | null,
): Promise<CreateKey | null> {
  if (key === null) return null;
  return {
    key: keyOfCaller(key, ctx.caller.merchant.id, owner.id),
    fingerprint: await createFingerprint(await recipientKey(ctx.env.DB, ctx.config), fields),
    expiredBefore: ctx.now - OPERATION_MS,
  };
}

/**
 * The answer to a create whose expiration has passed: with the key of a create that was in time, that one's Paylink as it stands; else it
 * is refused.
 */
export async function afterExpiration(
  ctx: Context,
  owner: Pick<Merchant, 'id'>,
  fields: Fields,
  key: string | null,
): Promise<Created> {
  const tooLate = invalid({ path: 'expiration', message: 'Must be in the future.' });
  const createKey = await createKeyOf(ctx, owner, fields, key);
  if (!createKey) return tooLate;
  const first = await ctx.timings.during('read', findByCreateKey(ctx.env.DB, owner.id, createKey.key));
  const isTheSame = first?.createFingerprint === createKey.fingerprint;
  if (!first || !isTheSame || first.paylink.createdAt <= createKey.expiredBefore) return tooLate;
  return { kind: 'done', paylink: first.paylink, replayed: true };
}
