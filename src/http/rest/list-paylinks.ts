import type { Context } from 'hono';
import * as z from 'zod/mini';
import { DeliveryStatus, paylinkStatuses } from '../../model.ts';
import { searchPaylinks } from '../../paylinks/search.ts';
import type { AppEnv } from '../app-env.ts';
import { callerOf } from '../authenticated.ts';
import { validate } from '../body.ts';
import { problem } from '../problem.ts';
import { verbContext } from '../verb-context.ts';
import { nextCursor, paging } from './paging.ts';
import { renderPaylink } from './render-paylink.ts';

const Query = z.strictObject({
  status: z.optional(z.enum(paylinkStatuses)),
  deliveryStatus: z.optional(DeliveryStatus),
  merchantInvoiceId: z.optional(z.string().check(z.minLength(1), z.maxLength(255))),
  ...paging,
});

/** `GET /paylinks`: the merchant's own, newest first, `{data, nextCursor}`; `nextCursor` is null on the last page. */
export async function listPage(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { cursor, status, ...asked } = query.value;
  const after = cursor && { createdAt: cursor.at, id: cursor.id };
  const found = await searchPaylinks(verbContext(c, callerOf(c)), { ...asked, status: status && [status], after });
  if (found.kind === 'refused') return problem(c, found.refusal);
  const { page, more } = found;
  const last = page.at(-1);
  const data = page.map((paylink) => renderPaylink(c.get('config'), paylink, c.get('now')));
  return c.json({ data, nextCursor: nextCursor(more, last && { at: last.createdAt, id: last.id }) });
}
