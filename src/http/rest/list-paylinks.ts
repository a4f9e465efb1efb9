import type { Context } from 'hono';
import * as z from 'zod/mini';
import { IsoTime } from '../../lib/iso-time.ts';
import { DeliveryStatus } from '../../model/delivery.ts';
import { paylinkStatuses } from '../../model/paylink.ts';
import { csvOfPaylinks } from '../../paylinks/export.ts';
import { type PaylinkSearch, searchPaylinks } from '../../paylinks/search.ts';
import type { AppEnv } from '../app-env.ts';
import { callerOf } from '../authenticated.ts';
import { validate } from '../body.ts';
import { problem } from '../problem.ts';
import { verbContext } from '../verb-context.ts';
import { nextCursor, paging } from './paging.ts';
import { renderPaylink } from './render-paylink.ts';

const text = z.optional(z.string().check(z.minLength(1), z.maxLength(255)));

export const Query = z.strictObject({
  /** Several by comma. */
  status: z.optional(
    z.pipe(
      z.pipe(
        z.string(),
        z.transform((list) => list.split(',')),
      ),
      z.array(z.enum(paylinkStatuses)).check(z.minLength(1)),
    ),
  ),
  deliveryStatus: z.optional(DeliveryStatus),
  merchantInvoiceId: text,
  orderId: text,
  recipient: text,
  merchantId: z.optional(
    z.union([
      z.literal('all'),
      z.pipe(
        z.guid('Must be a direct child’s id, or all.'),
        z.transform((id) => id.toLowerCase()),
      ),
    ]),
  ),
  createdAfter: z.optional(IsoTime),
  createdBefore: z.optional(IsoTime),
  ...paging,
});

const wantsCsv = (accept: string | undefined): boolean => /(?:^|,)\s*text\/csv\s*(?:;|,|$)/i.test(accept ?? '');

/**
 * `GET /paylinks`: newest first, `{data, nextCursor}`; `nextCursor` is null on the last page. A page may be short before that. With `Accept: text/csv` all of it as CSV, at
 * most 50,000 rows; then `Link` says where to go on.
 */
export async function listPage(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { cursor, ...filter } = query.value;
  const search = { ...filter, after: cursor && { createdAt: cursor.at, id: cursor.id } };
  if (wantsCsv(c.req.header('accept'))) return csv(c, search);
  const found = await searchPaylinks(verbContext(c, callerOf(c)), search);
  if (found.kind === 'refused') return problem(c, found.refusal);
  const { page, next } = found;
  const data = page.map((paylink) => renderPaylink(c.get('config'), paylink, c.get('now')));
  return c.json(
    { data, nextCursor: nextCursor(next !== null, next ? { at: next.createdAt, id: next.id } : undefined) },
    200,
    {
      vary: 'accept',
    },
  );
}

async function csv(c: Context<AppEnv>, search: PaylinkSearch): Promise<Response> {
  const exported = await csvOfPaylinks(verbContext(c, callerOf(c)), search);
  if (exported.kind === 'refused') return problem(c, exported.refusal);
  const { body, next } = exported;
  const link = () => {
    const url = new URL(c.req.url);
    url.searchParams.set('cursor', nextCursor(true, next ?? undefined) ?? '');
    return { link: `<${c.get('config').PUBLIC_BASE_URL}${url.pathname}${url.search}>; rel="next"` };
  };
  return c.body(body, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="paylinks.csv"',
    vary: 'accept',
    ...(next ? link() : {}),
  });
}
