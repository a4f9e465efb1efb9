import { Hono } from 'hono';
import { configOf } from '../src/env.ts';
import { type Refusal, statusOf } from '../src/errors.ts';
import { renderPaylink } from '../src/http/rest/render-paylink.ts';
import { CreateFields, SendFields } from '../src/paylinks/domain/schemas.ts';
import { authenticate, HitCounter, limit } from './peer-admission.ts';
import { callback } from './peer-callback.ts';
import type { PeerEnv } from './peer-env.ts';
import { yoga } from './peer-graphql.ts';
import { idempotent } from './peer-idempotency.ts';
import { createPaylink, sendPaylink } from './peer-paylinks.ts';
import { readPaylink } from './peer-rows.ts';

export { HitCounter };

/**
 * What somebody would assemble from npm instead: Hono with its bearer middleware, hono-rate-limiter, an idempotency middleware with its
 * D1 store (see peer-idempotency.ts) and GraphQL Yoga over the same tables, one awaited step after the other. How it reads (a query a table, a batch a step), what it writes and how it
 * makes the email (hono/jsx, of the gateway's size) is its own. Borrowed is what is not compared: the rules (fields, phone numbers, totals,
 * what may be sent), codes, a credential's one query, a row's columns, a Paylink's JSON, the verification of callbacks.
 */
const app = new Hono<PeerEnv>();

const problem = ({ code, detail, ...rest }: Refusal) =>
  Response.json({ code, detail, ...rest }, { status: statusOf[code] });

app.post('/webhooks/mailchannels', callback);

app.use(authenticate, limit, idempotent);

app.all('/graphql', async (c) => {
  const { method, headers } = c.req.raw;
  const context = { env: c.env, merchant: c.get('merchant') };
  const body = method === 'POST' ? { body: await c.req.text() } : {};
  return yoga.fetch(c.req.url, { method, headers, ...body }, context);
});

app.post('/', async (c) => {
  const fields = CreateFields.safeParse(await c.req.json().catch(() => null));
  if (!fields.success) return c.json({ code: 'invalid_request', errors: fields.error.issues }, 400);
  const result = await createPaylink(c.env, c.get('merchant'), fields.data);
  if (result.kind === 'refused') return problem(result.refusal);
  const { paylink } = result;
  c.header('location', `${configOf(c.env).PUBLIC_BASE_URL}/${paylink.id}`);
  return c.json(renderPaylink(configOf(c.env), paylink, Date.now()), 201);
});

app.get('/:id', async (c) => {
  const paylink = await readPaylink(c.env.DB, c.get('merchant').id, c.req.param('id'));
  if (!paylink) return c.json({ code: 'not_found' }, 404);
  return c.json(renderPaylink(configOf(c.env), paylink, Date.now()));
});

app.patch('/:id/send', async (c) => {
  const fields = SendFields.safeParse(await c.req.json().catch(() => null));
  if (!fields.success) return c.json({ code: 'invalid_request', errors: fields.error.issues }, 400);
  const { sendEmail, sendSms } = fields.data;
  const channels = [...(sendEmail ? (['EMAIL'] as const) : []), ...(sendSms ? (['SMS'] as const) : [])];
  const result = await sendPaylink(c.env, c.get('merchant'), c.req.param('id'), channels);
  if (result.kind === 'refused') return problem(result.refusal);
  return c.json(renderPaylink(configOf(c.env), result.paylink, Date.now()));
});

export default app;
