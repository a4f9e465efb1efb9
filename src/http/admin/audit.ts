import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { AppEnv } from '../app-env.ts';
import { validate } from '../body.ts';
import { problem } from '../problem.ts';
import { auditPage } from '../rest/audit.ts';
import { paging } from '../rest/paging.ts';

/** `merchantId`: only this one's, or `*`: what concerns the whole installation. */
export const Query = z.strictObject({
  ...paging,
  merchantId: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
});

/** `GET /admin/audit?merchantId=&limit=&cursor=`: what anybody did, newest first. */
export async function listAll(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  return auditPage(c, query.value.merchantId?.toLowerCase() ?? null, query.value);
}
