import type { Context } from 'hono';
import * as z from 'zod/mini';
import { changedSettings } from '../../audit/changed-values.ts';
import { auditIfChanged, callerActor } from '../../audit/record.ts';
import { credentialCache, forgetCredentials } from '../../auth/credential-cache.ts';
import { merchantNotFound } from '../../errors.ts';
import { iso } from '../../lib/encoding.ts';
import type { Caller } from '../../model/caller.ts';
import type { Merchant } from '../../model/merchant.ts';
import { type CallbackSecret, findCallbackSecret } from '../../store/callback-secret.ts';
import { findMerchant, updateMerchant } from '../../store/merchants.ts';
import { newCallbackSecret } from '../../webhooks/callback-secret.ts';
import { settings } from '../admin/schemas.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { readJson } from '../body.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';

const byOperator = z.optional(z.never('Only the operator can change this.'));
const fixed = z.optional(z.never('Cannot be changed.'));

/** What a merchant may set itself, by the rules of the operator's route. */
export const SettingsUpdate = z
  .strictObject({
    ...z.partial(z.object(settings)).shape,

    rateLimitRequests: byOperator,
    rateLimitWindowSeconds: byOperator,
    // What a stolen key could make dear.
    smsSendCap: byOperator,
    overrideSendCap: byOperator,
    merchantId: fixed,
    parentId: fixed,
    mode: fixed,
  })
  .check(z.refine((body) => Object.keys(body).length > 0, 'Give at least one setting to change.'));

const renderSecret = (secret: CallbackSecret, now: number) => {
  const until = secret.previousSecretExpiresAt;
  return {
    rotatedAt: iso(secret.updatedAt),
    previousSecretExpiresAt: until !== null && until > now ? iso(until) : null,
  };
};

const render = (
  { id, shard: _, suspendedAt: __, ...merchant }: Merchant,
  secret: CallbackSecret | null,
  now: number,
) => ({
  merchantId: id,
  ...merchant,
  callbackSecret: secret && renderSecret(secret, now),
  createdAt: iso(merchant.createdAt),
  updatedAt: iso(merchant.updatedAt),
});

async function show(c: Context<AppEnv>, merchant: Merchant | null): Promise<Response> {
  if (!merchant) return problem(c, merchantNotFound);
  return c.json(render(merchant, await findCallbackSecret(c.env.DB, merchant.id), c.get('now')));
}

/** `GET /settings`: as stored, not as this isolate remembers them. */
const read = async (c: Context<AppEnv>) => show(c, await findMerchant(c.env.DB, callerOf(c).merchant.id));

/** Changes a merchant's own settings, and tells the audit log. null: there is no such merchant any more. */
export async function changeSettings(
  c: Context<AppEnv>,
  caller: Caller,
  change: z.output<typeof SettingsUpdate>,
): Promise<Merchant | null> {
  const { id } = caller.merchant;
  const before = await findMerchant(c.env.DB, id);
  if (!before) return null;
  const details = changedSettings(before, change);
  const actor = callerActor(caller);
  const entry = { merchantId: id, actor, action: 'settings.updated', subject: id, details } as const;
  const told = Object.keys(details).length === 0 ? null : auditIfChanged(c.env.DB, entry, c.get('now'));
  const merchant = await updateMerchant(c.env.DB, id, change, c.get('now'), told);
  forgetCredentials(credentialCache, id);
  return merchant;
}

/** `PATCH /settings`. Takes effect everywhere within 30 s: merchants are cached with their credentials. */
async function change(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, SettingsUpdate);
  return body.kind === 'refused' ? problem(c, body.refusal) : show(c, await changeSettings(c, callerOf(c), body.value));
}

/** Makes a new secret for what callback URLs are told, and tells the audit log. The secret is returned here and never again. */
export function newSettingsSecret(c: Context<AppEnv>, caller: Caller): ReturnType<typeof newCallbackSecret> {
  const now = c.get('now');
  const { id } = caller.merchant;
  const entry = { merchantId: id, actor: callerActor(caller), action: 'settings.secret_rotated', subject: id } as const;
  return newCallbackSecret(c.env.DB, c.get('config'), id, now, auditIfChanged(c.env.DB, entry, now));
}

/** `POST /settings/callback-secret/rotate`. Only this answer ever shows the secret. */
async function rotate(c: Context<AppEnv>): Promise<Response> {
  const { secret, stored } = await newSettingsSecret(c, callerOf(c));
  return c.json({ ...renderSecret(stored, c.get('now')), secret }, 200, { 'cache-control': 'no-store' });
}

/** A merchant's own settings. Static paths: they come before those of Paylinks. */
export const settingsRoutes: Routes = {
  '/settings': byMethod({ GET: authenticated(read), PATCH: authenticated(change) }),
  '/settings/callback-secret/rotate': byMethod({ POST: authenticated(rotate) }),
};
