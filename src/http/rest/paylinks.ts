import type { Context } from 'hono';
import * as z from 'zod/mini';
import { notFound, refusal } from '../../errors.ts';
import { type Caller, type Channel, type Merchant, type Paylink, paylinkStatuses } from '../../model.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { createPaylink } from '../../paylinks/create.ts';
import { shortLinkOf } from '../../paylinks/domain/links.ts';
import { CreateFields, SendFields, UpdateFields, withSendSms } from '../../paylinks/domain/schemas.ts';
import { findPaylink, listPaylinks, ownerOf } from '../../paylinks/read.ts';
import { sendPaylink } from '../../paylinks/send.ts';
import { cancelPaylink } from '../../paylinks/transitions.ts';
import { updatePaylink } from '../../paylinks/update.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticated, authenticatedWithPrefetch, callerOf } from '../authenticated.ts';
import { readJson, validate } from '../body.ts';
import { parseIdempotency } from '../idempotency-headers.ts';
import { qrSvg } from '../pages/qr.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';
import { verbContext } from '../verb-context.ts';
import { nextCursor, paging } from './paging.ts';
import { renderPaylink } from './render-paylink.ts';

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

const CreateBody = z.pipe(z.transform(withSendSms), CreateFields);
const UpdateBody = z.pipe(z.transform(withSendSms), UpdateFields);
const SendBody = z.pipe(z.transform(withSendSms), SendFields);

const replayedHeader = (replayed: boolean) => (replayed ? { 'idempotency-replayed': 'true' } : {});

/** A malformed id is as unknown as any other. */
const idOf = (c: Context<AppEnv>): string => parsePaylinkId(c.req.param('paylinkId') ?? '') ?? '';

const show = (c: Context<AppEnv>, paylink: Paylink, status: 200 | 201 | 202, headers: Record<string, string> = {}) =>
  c.json(renderPaylink(c.get('config'), paylink, c.get('now')), status, headers);

async function create(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, CreateBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const created = await createPaylink(verbContext(c, callerOf(c)), body.value, idempotency.key);
  if (created.kind === 'refused') return problem(c, created.refusal);
  const location = `${c.get('config').PUBLIC_BASE_URL}/${created.paylink.id}`;
  return show(c, created.paylink, 201, { location, ...replayedHeader(created.replayed) });
}

const readPaylink = (c: Context<AppEnv>, caller: Caller) => findPaylink(verbContext(c, caller), idOf(c));
const readOwner = (c: Context<AppEnv>, caller: Caller) => ownerOf(verbContext(c, caller), idOf(c));

async function read(c: Context<AppEnv>, reading: Promise<Paylink | null>): Promise<Response> {
  const paylink = await reading;
  return paylink ? show(c, paylink, 200) : problem(c, notFound);
}

async function update(c: Context<AppEnv>, owner: Promise<Merchant | null>): Promise<Response> {
  const body = await readJson(c, UpdateBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const id = idOf(c);
  if (id === '') return problem(c, notFound);
  const updated = await updatePaylink(verbContext(c, callerOf(c)), id, body.value, owner);
  return updated.kind === 'refused' ? problem(c, updated.refusal) : show(c, updated.paylink, 200);
}

async function cancel(c: Context<AppEnv>, owner: Promise<Merchant | null>): Promise<Response> {
  const id = idOf(c);
  if (id === '') return problem(c, notFound);
  const canceled = await cancelPaylink(verbContext(c, callerOf(c)), id, owner);
  return canceled.kind === 'refused' ? problem(c, canceled.refusal) : c.body(null, 204);
}

async function send(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, SendBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const { sendEmail, sendSms } = body.value;
  const channels: Channel[] = [...(sendEmail ? (['EMAIL'] as const) : []), ...(sendSms ? (['SMS'] as const) : [])];
  const input = { paylinkId: idOf(c), channels, to: null, requireEnabled: true, idempotency };
  const outcome = await sendPaylink(verbContext(c, callerOf(c)), input);
  switch (outcome.kind) {
    case 'sent':
      return show(c, outcome.paylink, 200, replayedHeader(outcome.replayed));
    case 'pending':
      return show(c, outcome.paylink, 202, replayedHeader(outcome.replayed));
    case 'failed':
      return problem(c, refusal('send_failed', `Every provider refused the message. ${outcome.reason}`.trim()));
    case 'refused':
      return problem(c, outcome.refusal);
  }
}

async function qr(c: Context<AppEnv>, reading: Promise<Paylink | null>): Promise<Response> {
  const paylink = await reading;
  if (!paylink) return problem(c, notFound);
  return c.body(qrSvg(shortLinkOf(c.get('config'), paylink)), 200, { 'content-type': 'image/svg+xml' });
}

/** The REST routes of Paylinks. Static paths stand before them: an id may stand at the root. */
export const paylinkRoutes: Routes = {
  '/': byMethod({ POST: authenticated(create) }),
  '/paylinks': byMethod({ GET: authenticated(listPage) }),
  '/:paylinkId': byMethod({
    GET: authenticatedWithPrefetch(readPaylink, read),
    PATCH: authenticatedWithPrefetch(readOwner, update),
  }),
  '/:paylinkId/cancel': byMethod({ PATCH: authenticatedWithPrefetch(readOwner, cancel) }),
  '/:paylinkId/send': byMethod({ PATCH: authenticated(send) }),
  '/:paylinkId/qr.svg': byMethod({ GET: authenticatedWithPrefetch(readPaylink, qr) }),
};
