import type { Context } from 'hono';
import * as z from 'zod/mini';
import { paylinkStatuses } from '../../model.ts';
import { listPaylinks } from '../../paylinks/list.ts';
import type { AppEnv } from '../app-env.ts';
import { callerOf } from '../authenticated.ts';
import { validate } from '../body.ts';
import { problem } from '../problem.ts';
import { verbContext } from '../verb-context.ts';
import { nextCursor, paging } from './paging.ts';
import { renderPaylink } from './render.ts';

const Query = z.strictObject({
  status: z.optional(z.enum(paylinkStatuses)),
  merchantInvoiceId: z.optional(z.string().check(z.minLength(1), z.maxLength(255))),
  ...paging,
});

/** `GET /paylinks`: the merchant's own, newest first, `{data, nextCursor}`; `nextCursor` is null on the last page. */
export async function listPage(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { limit, cursor, status, merchantInvoiceId } = query.value;
  const filter = { status, merchantInvoiceId, after: cursor && { createdAt: cursor.at, id: cursor.id }, limit };
  const { page, more } = await listPaylinks(verbContext(c, callerOf(c)), filter);
  const last = page.at(-1);
  const data = page.map((paylink) => renderPaylink(c.get('config'), paylink, c.get('now')));
  return c.json({ data, nextCursor: nextCursor(more, last && { at: last.createdAt, id: last.id }) });
}
