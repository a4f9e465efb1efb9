import type { Context } from 'hono';
import * as z from 'zod/mini';
import { refusal } from '../../errors.ts';
import { iso } from '../../lib/encoding.ts';
import { eraseRecipient } from '../../paylinks/erase-recipient.ts';
import { normalizePhone } from '../../paylinks/recipients/recipient.ts';
import { liftSuppression, listSuppressions } from '../../paylinks/recipients/suppressions.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { readJson, validate } from '../body.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';
import { verbContext } from '../verb-context.ts';
import { nextCursor, paging } from './paging.ts';

export const Query = z.strictObject(paging);

async function list(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { limit, cursor } = query.value;
  const { page, more } = await listSuppressions(verbContext(c, callerOf(c)), {
    limit,
    after: cursor && { createdAt: cursor.at, id: cursor.id },
  });
  const last = page.at(-1);
  const data = page.map(({ id, channel, recipient, reason, createdAt }) => ({
    suppressionId: id,
    channel,
    recipient,
    reason,
    createdAt: iso(createdAt),
  }));
  return c.json({ data, nextCursor: nextCursor(more, last && { at: last.createdAt, id: last.id }) });
}

async function lift(c: Context<AppEnv>): Promise<Response> {
  const lifted = await liftSuppression(verbContext(c, callerOf(c)), c.req.param('suppressionId') ?? '');
  return lifted.kind === 'done' ? c.body(null, 204) : problem(c, lifted.refusal);
}

export const EraseBody = z.union(
  [
    z.strictObject({ email: z.email('Must be an email address.').check(z.maxLength(254)) }),
    z.strictObject({ phone: z.string().check(z.minLength(1), z.maxLength(32)) }),
  ],
  'Give either email or phone.',
);

async function erase(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, EraseBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const caller = callerOf(c);
  const ctx = verbContext(c, caller);
  if ('email' in body.value) return c.json(await eraseRecipient(ctx, 'EMAIL', body.value.email));
  const phone = normalizePhone(body.value.phone, caller.merchant.country);
  if (!phone) {
    const message = `Must be an E.164 number or a possible number of ${caller.merchant.country}, without an extension or parameters.`;
    const errors = [{ path: 'phone', message }];
    return problem(c, refusal('invalid_request', `The body is not valid: phone: ${message}`, { errors }));
  }
  return c.json(await eraseRecipient(ctx, 'SMS', phone));
}

/** Suppressed recipients, and the erasure of a recipient. Static paths: they come before those of Paylinks. */
export const suppressionRoutes: Routes = {
  '/suppressions': byMethod({ GET: authenticated(list) }),
  '/suppressions/:suppressionId': byMethod({ DELETE: authenticated(lift) }),
  '/recipients/erase': byMethod({ POST: authenticated(erase) }),
};
