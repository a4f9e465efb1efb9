import { auditIfChanged, callerActor } from '../audit/record.ts';
import type { Bindings, Config } from '../env.ts';
import { notFound, type Refusal, refusal } from '../errors.ts';
import type { Actor, Caller } from '../model/caller.ts';
import type { JsonObject } from '../model/values.ts';
import {
  deleteEndpoint,
  type EndpointChange,
  type EventFilter,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  rotateSecret,
  updateEndpoint,
  type WebhookEndpoint,
} from '../store/webhook-endpoints.ts';
import { type OwnHeaders, sealHeaders } from './own-headers.ts';
import { newSecret } from './signature.ts';
import { checkDestination } from './url-policy.ts';

/** Endpoints that a merchant may have. */
const MAX_ENDPOINTS = 10;
/** After a rotation the old secret signs too for this long, ms. */
export const SECRET_OVERLAP_MS = 24 * 60 * 60 * 1_000;

/** The merchant that manages its endpoints, who does it, and what that needs. `now` in ms. */
export type EndpointContext = {
  env: Bindings;
  config: Config;
  db: D1Database;
  merchantId: string;
  actor: Actor;
  now: number;
};

/** The context of a caller that manages its own merchant’s endpoints. `now` in ms. */
export const endpointContext = (env: Bindings, config: Config, caller: Caller, now: number): EndpointContext => ({
  env,
  config,
  db: env.DB,
  merchantId: caller.merchant.id,
  actor: callerActor(caller),
  now,
});

/** Tells the audit log what was done to an endpoint, never where it leads: URLs and headers may hold secrets. */
const toldOf = (
  { db, merchantId, actor, now }: EndpointContext,
  done: 'created' | 'updated' | 'rotated' | 'deleted',
  subject: string,
  details: JsonObject | null = null,
) => auditIfChanged(db, { merchantId, actor, action: `endpoint.${done}`, subject, details }, now);

export type Managed<T> = ({ kind: 'done' } & T) | { kind: 'refused'; refusal: Refusal };

export const refuse = (refused: Refusal) => ({ kind: 'refused', refusal: refused }) as const;
export const noEndpoint = { ...notFound, detail: 'Webhook endpoint was not found.' };

const wrong = (path: string, message: string) =>
  refuse(refusal('invalid_request', `The body is not valid: ${path}: ${message}`, { errors: [{ path, message }] }));

export type EndpointFields = {
  url: string;
  description: string | null;
  eventTypes: EventFilter;
  format: WebhookEndpoint['format'];
  headers: OwnHeaders;
  includeChildren: boolean;
};

/** Registers an endpoint. Its secret is returned here and never again. */
export async function registerEndpoint(
  ctx: EndpointContext,
  fields: EndpointFields,
): Promise<Managed<{ endpoint: WebhookEndpoint; secret: string }>> {
  const destination = checkDestination(fields.url, ctx.config);
  if (destination.kind === 'refused') return wrong('url', destination.reason);
  const { db, config, merchantId, now: createdAt } = ctx;
  const id = crypto.randomUUID();
  const { secret, sealed: secretCiphertext } = await newSecret(config, id);
  const { headers, ...plain } = fields;
  const sealedHeaders = await sealHeaders(config, id, headers);
  const row = { id, merchantId, ...plain, ...sealedHeaders, url: destination.url, secretCiphertext, createdAt };
  const endpoint = await insertEndpoint(db, row, MAX_ENDPOINTS, toldOf(ctx, 'created', id));
  if (endpoint) return { kind: 'done', endpoint, secret };
  return refuse(refusal('conflict', `A merchant may have ${MAX_ENDPOINTS} webhook endpoints.`));
}

/** All endpoints of the merchant: 10 at the most. */
export const endpointsOf = ({ db, merchantId }: EndpointContext): Promise<WebhookEndpoint[]> =>
  listEndpoints(db, merchantId);

/** One endpoint of the merchant; refused for any other id. */
export async function readEndpoint(ctx: EndpointContext, id: string): Promise<Managed<{ endpoint: WebhookEndpoint }>> {
  const endpoint = await findEndpoint(ctx.db, ctx.merchantId, id);
  return endpoint ? { kind: 'done', endpoint } : refuse(noEndpoint);
}

const originOf = (url: string): string | undefined => URL.parse(url)?.origin;

/**
 * Why a change would tell another host what is kept secret: the values of own headers, or the signing secret, which the skipify format
 * sends with each request. Where an endpoint leads now it may lead since a moment ago, so none becomes a skipify one. null: it would not.
 */
function leakOf(
  before: WebhookEndpoint,
  { url, format = before.format, headers }: Pick<EndpointChange, 'url' | 'format' | 'headers'>,
): ReturnType<typeof wrong> | null {
  const moves = url !== undefined && originOf(url) !== originOf(before.url);
  if (format === 'skipify' && before.format !== 'skipify')
    return wrong('format', 'Add a new endpoint: this format sends the signing secret, which was made for another one.');
  if (format === 'skipify' && moves)
    return wrong('url', 'Add a new endpoint: this format sends the signing secret, which was made for another host.');
  if (moves && before.headerNames.length > 0 && headers === undefined)
    return wrong('headers', 'Give the headers again: their values were given for another host.');
  return null;
}

/** Changes the fields that are given. Enabling also forgets past failures. */
export async function changeEndpoint(
  ctx: EndpointContext,
  id: string,
  { headers, ...change }: Omit<EndpointChange, 'headers'> & { headers?: OwnHeaders | undefined },
): Promise<Managed<{ endpoint: WebhookEndpoint }>> {
  const checked: EndpointChange = { ...change };
  if (headers !== undefined) checked.headers = await sealHeaders(ctx.config, id, headers);
  if (change.url !== undefined) {
    const destination = checkDestination(change.url, ctx.config);
    if (destination.kind === 'refused') return wrong('url', destination.reason);
    checked.url = destination.url;
  }
  if (checked.url !== undefined || checked.format !== undefined) {
    const before = await findEndpoint(ctx.db, ctx.merchantId, id);
    if (!before) return refuse(noEndpoint);
    const leak = leakOf(before, checked);
    if (leak) return leak;
  }
  const details = { changed: Object.keys(checked) };
  const told = toldOf(ctx, 'updated', id, details);
  const endpoint = await updateEndpoint(ctx.db, ctx.merchantId, id, checked, ctx.now, told);
  return endpoint ? { kind: 'done', endpoint } : refuse(noEndpoint);
}

/** Gives the endpoint a new secret, which is returned here and never again. For a day both secrets sign. */
export async function rotateEndpointSecret(
  ctx: EndpointContext,
  id: string,
): Promise<Managed<{ endpoint: WebhookEndpoint; secret: string }>> {
  const { secret, sealed } = await newSecret(ctx.config, id);
  const told = toldOf(ctx, 'rotated', id);
  const until = ctx.now + SECRET_OVERLAP_MS;
  const endpoint = await rotateSecret(ctx.db, ctx.merchantId, id, sealed, until, ctx.now, told);
  return endpoint ? { kind: 'done', endpoint, secret } : refuse(noEndpoint);
}

/** Removes an endpoint. Its queued deliveries are not sent. */
export const removeEndpoint = (ctx: EndpointContext, id: string): Promise<boolean> =>
  deleteEndpoint(ctx.db, ctx.merchantId, id, toldOf(ctx, 'deleted', id));
