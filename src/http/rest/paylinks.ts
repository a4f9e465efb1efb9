import type { Context } from 'hono';
import * as z from 'zod/mini';
import { notFound, refusal } from '../../errors.ts';
import type { Channel } from '../../model/delivery.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { Paylink } from '../../model/paylink.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { createPaylink } from '../../paylinks/create.ts';
import { shortLinkOf } from '../../paylinks/domain/links.ts';
import { findPaylink, ownerOf } from '../../paylinks/read.ts';
import { type SendInput, sendPaylink } from '../../paylinks/send.ts';
import { cancelPaylink, settleDelivery } from '../../paylinks/transitions.ts';
import { updatePaylink } from '../../paylinks/update.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { authenticated, authenticatedWithPrefetch, callerOf } from '../authenticated.ts';
import { isSkipifyCaller, readJson } from '../body.ts';
import { graphql, isGraphql } from '../graphql/route.ts';
import { idempotencyAnswer, parseIdempotency, waitOf } from '../idempotency-headers.ts';
import { withLandingPage } from '../pages/landing.ts';
import { problem } from '../problem.ts';
import { byMethod, looksForPage, nothingHere, type Routes } from '../routing.ts';
import { verbContext } from '../verb-context.ts';
import { attach, detach } from './attachments.ts';
import { readCreate, readSend, readUpdate } from './bodies.ts';
import { listPage } from './list-paylinks.ts';
import { renderPaylink } from './render-paylink.ts';

export const SettleBody = z.strictObject({ status: z.enum(['SENT', 'FAILED']) });

const refuseUnknown = authenticated((c) => problem(c, notFound));

/** A person who mistyped an address comes here as well, as any one word may be an id: no 401 for them. */
const unknownPaylink: Handle = (c) => (looksForPage(c) ? nothingHere(c) : refuseUnknown(c));

/** A route with a Paylink's id in its path, parsed. A malformed id is answered like an unknown one. */
const withPaylinkId =
  (route: (paylinkId: string) => Handle): Handle =>
  (c) => {
    const paylinkId = parsePaylinkId(c.req.param('paylinkId') ?? '');
    return (paylinkId === null ? unknownPaylink : route(paylinkId))(c);
  };

/** A route whose handler gets the Paylink that the caller may see, or null. */
const withPaylink = (handle: (c: Context<AppEnv>, paylink: Promise<Paylink | null>) => Promise<Response>): Handle =>
  withPaylinkId((id) => authenticatedWithPrefetch((c, caller) => findPaylink(verbContext(c, caller), id), handle));

/** A route whose handler gets the merchant of a Paylink that the caller may change, or null. */
const withOwner = (
  handle: (c: Context<AppEnv>, id: string, owner: Promise<Merchant | null>) => Promise<Response>,
): Handle =>
  withPaylinkId((id) =>
    authenticatedWithPrefetch(
      (c, caller) => ownerOf(verbContext(c, caller), id),
      (c, owner) => handle(c, id, owner),
    ),
  );

const show = (c: Context<AppEnv>, paylink: Paylink, status: 200 | 201 | 202, headers: Record<string, string> = {}) =>
  c.json(renderPaylink(c.get('config'), paylink, c.get('now')), status, headers);

async function create(c: Context<AppEnv>): Promise<Response> {
  const body = await readCreate(c);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const created = await createPaylink(verbContext(c, callerOf(c)), body.value, idempotency.key);
  if (created.kind === 'refused') return problem(c, created.refusal);
  c.set('paylinkId', created.paylink.id);
  const location = `${c.get('config').PUBLIC_BASE_URL}/${created.paylink.id}`;
  return show(c, created.paylink, 201, { location, ...idempotencyAnswer(created.replayed) });
}

async function read(c: Context<AppEnv>, reading: Promise<Paylink | null>): Promise<Response> {
  const paylink = await reading;
  return paylink ? show(c, paylink, 200) : problem(c, notFound);
}

async function update(c: Context<AppEnv>, id: string, owner: Promise<Merchant | null>): Promise<Response> {
  const body = await readUpdate(c);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const updated = await updatePaylink(verbContext(c, callerOf(c)), id, body.value, idempotency.key, owner);
  if (updated.kind === 'refused') return problem(c, updated.refusal);
  return show(c, updated.paylink, 200, idempotencyAnswer(updated.replayed));
}

async function cancel(c: Context<AppEnv>, id: string, owner: Promise<Merchant | null>): Promise<Response> {
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const canceled = await cancelPaylink(verbContext(c, callerOf(c)), id, idempotency.key, owner);
  if (canceled.kind === 'refused') return problem(c, canceled.refusal);
  return c.body(null, 204, idempotencyAnswer(canceled.replayed));
}

async function settle(c: Context<AppEnv>, id: string, owner: Promise<Merchant | null>): Promise<Response> {
  const body = await readJson(c, SettleBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const attemptId = c.req.param('deliveryLogId')?.toLowerCase() ?? '';
  const settled = await settleDelivery(verbContext(c, callerOf(c)), id, { attemptId, ...body.value }, owner);
  return settled.kind === 'refused' ? problem(c, settled.refusal) : show(c, settled.paylink, 200);
}

async function send(c: Context<AppEnv>, paylinkId: string): Promise<Response> {
  const body = await readSend(c);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const { sendEmail, sendSms, to } = body.value;
  const channels: Channel[] = [...(sendEmail ? (['EMAIL'] as const) : []), ...(sendSms ? (['SMS'] as const) : [])];
  const overrides = { ...(to?.email ? { EMAIL: to.email } : {}), ...(to?.phone ? { SMS: to.phone } : {}) };
  return sendBy(c, {
    paylinkId,
    channels,
    to: Object.keys(overrides).length > 0 ? overrides : null,
    requireEnabled: true,
  });
}

const media: ReadonlyMap<string, Channel> = new Map([
  ['email', 'EMAIL'],
  ['sms', 'SMS'],
]);

/** `POST /{paylinkId}/notify_by/{sms|email}`: a send by one channel, without a body, whatever the flags say. */
async function notifyBy(c: Context<AppEnv>, paylinkId: string): Promise<Response> {
  const channel = media.get(c.req.param('medium') ?? '');
  if (!channel) return nothingHere(c);
  return sendBy(c, { paylinkId, channels: [channel], to: null, requireEnabled: false });
}

async function sendBy(c: Context<AppEnv>, asked: Omit<SendInput, 'idempotency'>): Promise<Response> {
  const idempotency = parseIdempotency(c.req.raw.headers);
  if ('code' in idempotency) return problem(c, idempotency);
  const outcome = await sendPaylink(verbContext(c, callerOf(c)), { ...asked, idempotency });
  const headers = (replayed: boolean) => idempotencyAnswer(replayed, waitOf(idempotency));
  switch (outcome.kind) {
    case 'sent':
      return show(c, outcome.paylink, 200, headers(outcome.replayed));
    case 'pending':
      // The vendor's clients know no 202: the log says UNKNOWN.
      return show(c, outcome.paylink, isSkipifyCaller(c) ? 200 : 202, headers(outcome.replayed));
    case 'failed':
      return problem(c, refusal('send_failed', `Every provider refused the message. ${outcome.reason}`.trim()));
    case 'refused':
      return problem(c, outcome.refusal);
  }
}

async function qr(c: Context<AppEnv>, reading: Promise<Paylink | null>): Promise<Response> {
  const paylink = await reading;
  if (!paylink) return problem(c, notFound);
  const { qrSvg } = await import('../pages/qr.ts');
  return c.body(qrSvg(shortLinkOf(c.get('config'), paylink)), 200, { 'content-type': 'image/svg+xml' });
}

const createRest = authenticated(create);

/** The REST routes of Paylinks. Static paths come before them, because an id may be the whole path. */
export const paylinkRoutes: Routes = {
  '/': withLandingPage(
    byMethod({ POST: (c) => (isGraphql(c.req.raw.headers, c.get('body')) ? graphql(c) : createRest(c)) }),
  ),
  '/paylinks': byMethod({ GET: authenticated(listPage) }),
  '/:paylinkId': byMethod({
    GET: withPaylink(read),
    PATCH: withOwner(update),
  }),
  '/:paylinkId/cancel': byMethod({ PATCH: withOwner(cancel) }),
  '/:paylinkId/send': byMethod({ PATCH: withPaylinkId((id) => authenticated((c) => send(c, id))) }),
  '/:paylinkId/delivery-logs/:deliveryLogId/settle': byMethod({ POST: withOwner(settle) }),
  '/:paylinkId/notify_by/:medium': byMethod({
    POST: withPaylinkId((id) => authenticated((c) => notifyBy(c, id))),
  }),
  '/:paylinkId/attachments': byMethod({ POST: withOwner(attach) }),
  '/:paylinkId/attachments/:name': byMethod({ DELETE: withOwner(detach) }),
  '/:paylinkId/qr.svg': byMethod({ GET: withPaylink(qr) }),
};
