import type { Context } from 'hono';
import * as z from 'zod/mini';
import { hasSandbox } from '../../delivery/providers/index.ts';
import { notFound } from '../../errors.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { type Play, playCustomer } from '../../paylinks/sandbox.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { readJson } from '../body.ts';
import { parseIdempotency } from '../idempotency-headers.ts';
import { problem } from '../problem.ts';
import { byMethod, nothingHere, type Routes } from '../routing.ts';
import { verbContext } from '../verb-context.ts';
import { renderPaylink } from './render-paylink.ts';

export const PayBody = z.strictObject({
  amount: z.nullish(z.int('Must be an integer of minor units (cents).').check(z.gte(1, 'Must be at least 1.'))),
});

async function play(c: Context<AppEnv>, asked: Play): Promise<Response> {
  const caller = callerOf(c);
  if (!hasSandbox(c.get('config'), caller.merchant.mode)) return nothingHere(c);
  const paylinkId = parsePaylinkId(c.req.param('paylinkId') ?? '');
  if (!paylinkId) return problem(c, notFound);
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const played = await playCustomer(verbContext(c, caller), paylinkId, asked, idempotency.key);
  if (played.kind === 'refused') return problem(c, played.refusal);
  const headers = played.replayed ? { 'idempotency-replayed': 'true' } : {};
  return c.json(renderPaylink(c.get('config'), played.paylink, c.get('now')), 200, headers);
}

async function pay(c: Context<AppEnv>): Promise<Response> {
  if (c.get('body').length === 0) return play(c, { kind: 'pay', amount: null });
  const body = await readJson(c, PayBody);
  return body.kind === 'refused'
    ? problem(c, body.refusal)
    : play(c, { kind: 'pay', amount: body.value.amount ?? null });
}

const path = '/sandbox/:paylinkId';

/** Plays the customer, for test-mode merchants and in a local run. Static paths: they come before those of Paylinks. */
export const sandboxRoutes: Routes = {
  [`${path}/pay`]: byMethod({ POST: authenticated(pay) }),
  [`${path}/open`]: byMethod({ POST: authenticated((c) => play(c, { kind: 'open' })) }),
  [`${path}/fail`]: byMethod({ POST: authenticated((c) => play(c, { kind: 'fail' })) }),
};
