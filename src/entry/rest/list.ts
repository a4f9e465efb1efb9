import type { Context } from 'hono';
import * as z from 'zod';
import { parsePaylinkId } from '../../paylinks/id.ts';
import { listPaylinks } from '../../paylinks/list.ts';
import type { AppEnv } from '../app-env.ts';
import { callerOf } from '../authenticated.ts';
import { validate } from '../body.ts';
import { problem } from '../problem.ts';
import { verbContext } from '../verb-context.ts';
import { renderPaylink } from './render.ts';

/** A cursor says where the previous page ended: `{createdAt in ms, base 36}.{id}`. Opaque to callers. */
const Cursor = z.string().transform((text, context) => {
  const [time, id, ...rest] = text.split('.');
  const createdAt = Number.parseInt(time ?? '', 36);
  const paylinkId = parsePaylinkId(id ?? '');
  if (rest.length === 0 && Number.isSafeInteger(createdAt) && paylinkId) return { createdAt, id: paylinkId };
  context.addIssue({ code: 'custom', message: 'Must be a nextCursor of an earlier page.' });
  return z.NEVER;
});

const Query = z.strictObject({
  status: z
    .enum([
      'CREATED',
      'SENT',
      'OPENED',
      'PAID',
      'PARTIALLY_PAID',
      'REFUNDED',
      'PARTIALLY_REFUNDED',
      'EXPIRED',
      'CANCELED',
      'FAILED',
    ])
    .optional(),
  merchantInvoiceId: z.string().min(1).max(255).optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'Must be a number from 1 to 100.')
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(20),
  cursor: Cursor.optional(),
});

/** `GET /paylinks`: the merchant's own, newest first, `{data, nextCursor}`; `nextCursor` is null on the last page. */
export async function listPage(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { limit, cursor, status, merchantInvoiceId } = query.value;
  const filter = { status, merchantInvoiceId, after: cursor, limit };
  const { page, more } = await listPaylinks(verbContext(c, callerOf(c)), filter);
  const last = page.at(-1);
  const nextCursor = more && last ? `${last.createdAt.toString(36)}.${last.id}` : null;
  const data = page.map((paylink) => renderPaylink(c.get('config'), paylink, c.get('now')));
  return c.json({ data, nextCursor });
}
