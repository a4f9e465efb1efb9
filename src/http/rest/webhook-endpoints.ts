import type { Context } from 'hono';
import * as z from 'zod/mini';
import { iso } from '../../lib/encoding.ts';
import { IsoTime } from '../../lib/iso-time.ts';
import { merchantEventTypes } from '../../model/webhook.ts';
import type { WebhookAttempt } from '../../store/webhook-attempts.ts';
import type { WebhookEndpoint } from '../../store/webhook-endpoints.ts';
import {
  changeEndpoint,
  endpointContext,
  endpointsOf,
  noEndpoint,
  readEndpoint,
  registerEndpoint,
  removeEndpoint,
  rotateEndpointSecret,
} from '../../webhooks/endpoints.ts';
import { OwnHeaders } from '../../webhooks/own-headers.ts';
import { attemptsOf, replayDeliveries, testEndpoint } from '../../webhooks/replay.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { readJson, validate } from '../body.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';
import { nextCursor, paging } from './paging.ts';

const eventTypes = z.pipe(
  z.array(z.enum(['*', ...merchantEventTypes])).check(z.minLength(1)),
  z.transform((types) => (types.includes('*') ? ['*' as const] : [...new Set(types)])),
);
const description = z.nullable(z.string().check(z.maxLength(255)));

const format = z.enum(['standard', 'skipify']);

export const CreateBody = z.strictObject({
  url: z.string(),
  description: z._default(description, null),
  eventTypes: z._default(eventTypes, ['*']),
  format: z._default(format, 'standard'),
  headers: z._default(OwnHeaders, {}),
  includeChildren: z._default(z.boolean(), false),
});

export const ChangeBody = z.strictObject({
  url: z.optional(z.string()),
  description: z.optional(description),
  eventTypes: z.optional(eventTypes),
  enabled: z.optional(z.boolean()),
  format: z.optional(format),
  headers: z.optional(OwnHeaders),
  includeChildren: z.optional(z.boolean()),
});

export const ReplayBody = z.union(
  [
    z.strictObject({ deliveryId: z.string().check(z.minLength(1), z.maxLength(200)) }),
    z.strictObject({ since: IsoTime }),
  ],
  'Give either deliveryId, or since as an ISO 8601 time.',
);

export const AttemptsQuery = z.strictObject(paging);

const renderEndpoint = (endpoint: WebhookEndpoint, now: number) => {
  const overlap = endpoint.previousSecretExpiresAt;
  return {
    endpointId: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    eventTypes: endpoint.eventTypes,
    format: endpoint.format,
    headers: endpoint.headerNames,
    includeChildren: endpoint.includeChildren,
    enabled: endpoint.disabledAt === null,
    disabledAt: iso(endpoint.disabledAt),
    disabledReason: endpoint.disabledReason,
    failingSince: iso(endpoint.failingSince),
    previousSecretExpiresAt: overlap !== null && overlap > now ? iso(overlap) : null,
    createdAt: iso(endpoint.createdAt),
    updatedAt: iso(endpoint.updatedAt),
  };
};

const renderAttempt = (attempt: WebhookAttempt) => ({
  attemptId: attempt.id,
  deliveryId: attempt.deliveryId,
  eventId: attempt.eventId,
  eventType: attempt.eventType,
  paylinkId: attempt.paylinkId,
  attempt: attempt.attempt,
  outcome: attempt.outcome,
  statusCode: attempt.statusCode,
  error: attempt.error,
  answer: attempt.answer,
  durationMs: attempt.durationMs,
  attemptedAt: iso(attempt.attemptedAt),
});

const contextOf = (c: Context<AppEnv>) => endpointContext(c.env, c.get('config'), callerOf(c), c.get('now'));
/** `callbacks` stands for the callback URLs of the merchant's sessions, which are kept under its own id. */
const idOf = (c: Context<AppEnv>) => {
  const id = c.req.param('endpointId') ?? '';
  return id === 'callbacks' ? callerOf(c).merchant.id : id;
};

async function create(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, CreateBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const made = await registerEndpoint(contextOf(c), body.value);
  if (made.kind === 'refused') return problem(c, made.refusal);
  const { endpoint, secret } = made;
  const location = `${c.get('config').PUBLIC_BASE_URL}/webhook-endpoints/${endpoint.id}`;
  const headers = { location, 'cache-control': 'no-store' };
  return c.json({ ...renderEndpoint(endpoint, c.get('now')), secret }, 201, headers);
}

async function list(c: Context<AppEnv>): Promise<Response> {
  const endpoints = await endpointsOf(contextOf(c));
  return c.json({ data: endpoints.map((endpoint) => renderEndpoint(endpoint, c.get('now'))) });
}

async function read(c: Context<AppEnv>): Promise<Response> {
  const found = await readEndpoint(contextOf(c), idOf(c));
  if (found.kind === 'refused') return problem(c, found.refusal);
  return c.json(renderEndpoint(found.endpoint, c.get('now')));
}

async function change(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, ChangeBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const changed = await changeEndpoint(contextOf(c), idOf(c), body.value);
  if (changed.kind === 'refused') return problem(c, changed.refusal);
  return c.json(renderEndpoint(changed.endpoint, c.get('now')));
}

async function remove(c: Context<AppEnv>): Promise<Response> {
  return (await removeEndpoint(contextOf(c), idOf(c))) ? c.body(null, 204) : problem(c, noEndpoint);
}

async function rotate(c: Context<AppEnv>): Promise<Response> {
  const rotated = await rotateEndpointSecret(contextOf(c), idOf(c));
  if (rotated.kind === 'refused') return problem(c, rotated.refusal);
  const body = { ...renderEndpoint(rotated.endpoint, c.get('now')), secret: rotated.secret };
  return c.json(body, 200, { 'cache-control': 'no-store' });
}

async function test(c: Context<AppEnv>): Promise<Response> {
  const queued = await testEndpoint(contextOf(c), idOf(c));
  if (queued.kind === 'refused') return problem(c, queued.refusal);
  return c.json({ eventId: queued.eventId, deliveryId: queued.deliveryId }, 202);
}

async function attempts(c: Context<AppEnv>): Promise<Response> {
  const query = validate(AttemptsQuery, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { limit, cursor } = query.value;
  const found = await attemptsOf(contextOf(c), idOf(c), {
    limit,
    after: cursor?.id,
  });
  if (found.kind === 'refused') return problem(c, found.refusal);
  const last = found.page.at(-1);
  const end = last && { at: last.attemptedAt, id: last.id };
  return c.json({ data: found.page.map(renderAttempt), nextCursor: nextCursor(found.more, end) });
}

async function replay(c: Context<AppEnv>): Promise<Response> {
  const body = await readJson(c, ReplayBody);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const replayed = await replayDeliveries(contextOf(c), idOf(c), body.value);
  if (replayed.kind === 'refused') return problem(c, replayed.refusal);
  return c.json({ queued: replayed.queued, nextSince: iso(replayed.nextSince) }, 202);
}

const all = '/webhook-endpoints';
const one = `${all}/:endpointId`;

/** A merchant's webhook endpoints and their delivery attempts. Static paths: they come before those of Paylinks. */
export const webhookEndpointRoutes: Routes = {
  [all]: byMethod({ POST: authenticated(create), GET: authenticated(list) }),
  [one]: byMethod({
    GET: authenticated(read),
    PATCH: authenticated(change),
    DELETE: authenticated(remove),
  }),
  [`${one}/rotate`]: byMethod({ POST: authenticated(rotate) }),
  [`${one}/test`]: byMethod({ POST: authenticated(test) }),
  [`${one}/attempts`]: byMethod({ GET: authenticated(attempts) }),
  [`${one}/replay`]: byMethod({ POST: authenticated(replay) }),
};
