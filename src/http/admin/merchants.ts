import type { Context } from 'hono';
import type * as z from 'zod/mini';
import { changedSettings } from '../../audit/changed-values.ts';
import { type AuditEntry, auditIfChanged } from '../../audit/record.ts';
import { credentialCache, forgetCredentials } from '../../auth/credential-cache.ts';
import { merchantNotFound, type Refusal, refusal } from '../../errors.ts';
import { iso } from '../../lib/encoding.ts';
import type { Actor } from '../../model/caller.ts';
import type { Merchant } from '../../model/merchant.ts';
import { findMerchant, insertMerchant, listMerchants, updateMerchant } from '../../store/merchants.ts';
import type { AppEnv } from '../app-env.ts';
import { readJson, validate } from '../body.ts';
import { problem } from '../problem.ts';
import { operatorOf } from './operator.ts';
import { MerchantCreate, MerchantPage, MerchantUpdate, parseUuid } from './schemas.ts';

const renderMerchant = ({ shard: _, ...merchant }: Merchant) => ({
  ...merchant,
  suspendedAt: iso(merchant.suspendedAt),
  createdAt: iso(merchant.createdAt),
  updatedAt: iso(merchant.updatedAt),
});

/** What the audit log says of a change: the settings, and a suspension or its end by itself. */
function entriesOf(
  actor: Actor,
  before: Merchant,
  settings: Parameters<typeof updateMerchant>[2],
  suspended: boolean | undefined,
): AuditEntry[] {
  const entry = { merchantId: before.id, actor, subject: before.id };
  const details = changedSettings(before, settings);
  const entries: AuditEntry[] =
    Object.keys(details).length > 0 ? [{ ...entry, action: 'merchant.updated', details }] : [];
  if (suspended === undefined || suspended === (before.suspendedAt !== null)) return entries;
  return [...entries, { ...entry, action: suspended ? 'merchant.suspended' : 'merchant.resumed' }];
}

/** Adds a merchant, and tells the audit log. */
export async function addMerchant(
  c: Context<AppEnv>,
  actor: Actor,
  fields: z.output<typeof MerchantCreate>,
): Promise<{ kind: 'done'; merchant: Merchant } | { kind: 'refused'; refusal: Refusal }> {
  const now = c.get('now');
  const id = fields.id ?? crypto.randomUUID();
  const merchant: Merchant = { ...fields, id, suspendedAt: null, shard: 0, createdAt: now, updatedAt: now };
  const { name, mode, parentId } = merchant;
  const entry = { merchantId: id, actor, action: 'merchant.created', subject: id } as const;
  const told = auditIfChanged(c.env.DB, { ...entry, details: { name, mode, parentId } }, now);
  const inserted = await insertMerchant(c.env.DB, merchant, told);
  switch (inserted.kind) {
    case 'inserted':
      forgetCredentials(credentialCache, id);
      return { kind: 'done', merchant };
    case 'duplicate':
      return { kind: 'refused', refusal: refusal('conflict', 'A merchant with this id already exists.') };
    case 'unknown_parent': {
      const message = 'No merchant of this mode has this id.';
      const errors = [{ path: 'parentId', message }];
      return { kind: 'refused', refusal: refusal('invalid_request', message, { errors }) };
    }
  }
}

/** `POST /admin/merchants` */
export async function createMerchant(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, MerchantCreate);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const made = await addMerchant(c, operatorOf(c), body.value);
  if (made.kind === 'refused') return problem(c, made.refusal);
  return c.json(renderMerchant(made.merchant), 201, { location: `/admin/merchants/${made.merchant.id}` });
}

/** `GET /admin/merchants?limit=&cursor=`, by id. */
export async function listPageOfMerchants(c: Context<AppEnv>): Promise<Response> {
  const query = validate(MerchantPage, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { limit, cursor } = query.value;
  const found = await listMerchants(c.env.DB, cursor ?? '', limit + 1);
  const data = found.slice(0, limit);
  const nextCursor = found.length > limit ? (data.at(-1)?.id ?? null) : null;
  return c.json({ data: data.map(renderMerchant), nextCursor });
}

/** `GET /admin/merchants/{id}` */
export async function readMerchant(c: Context<AppEnv>): Promise<Response> {
  const id = parseUuid(c.req.param('id'));
  const merchant = id === null ? null : await findMerchant(c.env.DB, id);
  return merchant ? c.json(renderMerchant(merchant)) : problem(c, merchantNotFound);
}

/** Changes a merchant, and tells the audit log. null: there is none with this id. */
export async function setMerchant(
  c: Context<AppEnv>,
  actor: Actor,
  id: string,
  { suspended, ...settings }: z.output<typeof MerchantUpdate>,
): Promise<Merchant | null> {
  const before = await findMerchant(c.env.DB, id);
  if (!before) return null;
  const now = c.get('now');
  const change =
    suspended === undefined ? settings : { ...settings, suspendedAt: suspended ? (before.suspendedAt ?? now) : null };
  const told = auditIfChanged(c.env.DB, entriesOf(actor, before, settings, suspended), now);
  const merchant = await updateMerchant(c.env.DB, id, change, now, told);
  forgetCredentials(credentialCache, id);
  return merchant;
}

/** `PATCH /admin/merchants/{id}`. Takes effect everywhere within 30 s: merchants are cached with their credentials. */
export async function changeMerchant(c: Context<AppEnv>): Promise<Response> {
  const id = parseUuid(c.req.param('id'));
  if (id === null) return problem(c, merchantNotFound);
  const body = await readJson(c, MerchantUpdate);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const merchant = await setMerchant(c, operatorOf(c), id, body.value);
  return merchant ? c.json(renderMerchant(merchant)) : problem(c, merchantNotFound);
}
