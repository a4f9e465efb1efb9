import type { Context } from 'hono';
import * as z from 'zod/mini';
import { iso } from '../../lib/encoding.ts';
import { type AuditRow, listAudit } from '../../store/audit.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { validate } from '../body.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';
import { nextCursor, paging } from './paging.ts';

export const Query = z.strictObject(paging);

const renderEntry = ({ id, merchantId, at, actorKind, actorId, actorLabel, action, subject, details }: AuditRow) => ({
  auditId: id,
  merchantId,
  at: iso(at),
  actor: { kind: actorKind, id: actorId, label: actorLabel },
  action,
  subject,
  details,
});

/** A page of the audit log, newest first. @param merchantId null: everyone's */
export async function auditPage(
  c: Context<AppEnv>,
  merchantId: string | null,
  { limit, cursor }: z.output<typeof Query>,
): Promise<Response> {
  const found = await listAudit(c.env.DB, merchantId, { before: cursor?.id ?? null, limit: limit + 1 });
  const page = found.slice(0, limit);
  const next = nextCursor(found.length > limit, page.at(-1));
  return c.json({ data: page.map(renderEntry), nextCursor: next }, 200, { 'cache-control': 'no-store' });
}

async function list(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  return query.kind === 'refused' ? problem(c, query.refusal) : auditPage(c, callerOf(c).merchant.id, query.value);
}

/** What was done in a merchant's name. A static path: it comes before those of Paylinks. */
export const auditRoutes: Routes = { '/audit': byMethod({ GET: authenticated(list) }) };
