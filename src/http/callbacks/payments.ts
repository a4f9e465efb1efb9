import type { Context } from 'hono';
import * as z from 'zod/mini';
import { notFound } from '../../errors.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { recordPayment } from '../../paylinks/transitions.ts';
import type { AppEnv } from '../app-env.ts';
import { callerOf } from '../authenticated.ts';
import { readJson } from '../body.ts';
import { idempotencyAnswer, parseIdempotency } from '../idempotency-headers.ts';
import { problem } from '../problem.ts';
import { renderPaylink } from '../rest/render-paylink.ts';
import { verbContext } from '../verb-context.ts';

/** Minor units. */
const amount = z.int('Must be an integer of minor units (cents).');

/** `amount` of a refund is the order's total refund so far, so a repeat changes nothing. */
export const Payment = z.strictObject({
  paylinkId: z.string(),
  orderId: z.string().check(
    z.regex(/^[^\p{Cc}]{1,255}$/u, 'Must be 1 to 255 characters, none of them control characters.'),
    z.refine((id) => id.isWellFormed(), 'Must be well-formed Unicode.'),
  ),
  type: z.enum(['payment', 'refund', 'failed']),
  amount: amount.check(z.gte(1, 'Must be at least 1.')),
  fees: z._default(amount.check(z.gte(0, 'Must not be negative.')), 0),
  currencyCode: z
    .pipe(
      z.string(),
      z.transform((code) => code.toUpperCase()),
    )
    .check(z.regex(/^[A-Z]{3}$/, 'Must be an ISO 4217 code such as USD.')),
});

/** `POST /webhooks/payments`: the merchant's checkout reports an order. Answers with the Paylink. */
export async function payments(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, Payment);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const { paylinkId: asked, type: kind, ...payment } = body.value;
  const paylinkId = parsePaylinkId(asked);
  if (!paylinkId) return problem(c, notFound);
  c.set('paylinkId', paylinkId);
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const recorded = await recordPayment(verbContext(c, callerOf(c)), paylinkId, { kind, ...payment }, idempotency.key);
  if (recorded.kind === 'refused') return problem(c, recorded.refusal);
  const headers = idempotencyAnswer(recorded.replayed);
  return c.json(renderPaylink(c.get('config'), recorded.paylink, c.get('now')), 200, headers);
}
