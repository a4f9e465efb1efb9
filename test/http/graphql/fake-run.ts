import { env } from 'cloudflare:workers';
import { configOf } from '../../../src/env.ts';
import type { GraphqlRun, Verbs } from '../../../src/http/graphql/context.ts';
import { runGraphql } from '../../../src/http/graphql/handler.ts';
import { prepareGraphql } from '../../../src/http/graphql/prepare.ts';
import { Slots } from '../../../src/lib/slots.ts';
import { Timings } from '../../../src/lib/timings.ts';
import type { Merchant } from '../../../src/model/merchant.ts';
import { configuredProviders, MAX_CALLS } from '../../../src/paylinks/context.ts';
import type { SendOutcome } from '../../../src/paylinks/domain/outcome.ts';
import type { Idempotency, SendInput } from '../../../src/paylinks/send.ts';
import { aPaylink } from '../../support/a-paylink.ts';

export const sessionId = '019a8c5e-7b20-7015-a1b2-c3d4e5f60718';
export const now = Date.UTC(2026, 10, 21, 12);
const hour = 3_600_000;

const merchant: Merchant = {
  id: '11111111-2222-4333-8444-555555555555',
  parentId: null,
  name: 'Demo',
  mode: 'live',
  country: 'US',
  timeZone: null,
  locale: 'en-US',
  brandColor: null,
  logoUrl: null,
  supportEmail: null,
  checkoutUrlTemplate: null,
  smsCountries: ['US'],
  rateLimitRequests: null,
  rateLimitWindowSeconds: null,
  paylinkSendCap: 20,
  smsSendCap: 2_000,
  overrideSendCap: 5,
  recipientSendCap: 50,
  unkeyedWindowMs: 10_000,
  consentByContract: false,
  suspendedAt: null,
  shard: 0,
  createdAt: now,
  updatedAt: now,
};

export const paylink = aPaylink({
  id: sessionId,
  merchantId: merchant.id,
  version: 2,
  status: 'SENT',
  code: '0abcdefghijkl',
  description: 'Blue shoes',
  shipping: 500,
  subTotal: 9_000_000_000,
  total: 9_000_000_500,
  expiration: now + 24 * hour,
  lastSentAt: now - hour,
  createdAt: now - 2 * hour,
  updatedAt: now - hour,
  lineItems: [
    {
      id: 'li-1',
      sku: 'SHOE',
      price: 4_500_000_000,
      quantity: 2,
      tax: null,
      description: 'Shoes',
      category: null,
      metadata: null,
      createdAt: now,
      updatedAt: now,
    },
  ],
  deliveryLogs: [
    {
      id: 'log-1',
      operationId: 'op-1',
      channel: 'SMS',
      status: 'DELIVERED',
      provider: 'twilio',
      messageId: 'SM1',
      recipient: '+12025550143',
      recipientHash: 'hash',
      reason: null,
      settledBy: null,
      acceptedAt: now - hour,
      createdAt: now - hour,
      updatedAt: now - hour,
      version: 2,
    },
  ],
});

export const sent = { kind: 'sent', paylink, accepted: ['EMAIL'], replayed: false } satisfies SendOutcome;

export type FakeRun = { run: GraphqlRun; asked: SendInput[] };

/** A verb that this test does not expect to be called. */
const unasked = async (): Promise<never> => {
  throw new Error('not expected');
};

/** A run of the demo merchant whose verbs are fakes; `asked` collects what was asked of `send`. */
export function fakeRun(verbs: Partial<Verbs> = {}, idempotency: Idempotency = { key: null, waitSeconds: 0 }): FakeRun {
  const asked: SendInput[] = [];
  const run: GraphqlRun = {
    ctx: {
      env,
      config: configOf(env),
      caller: { merchant, credentialId: 'c1', label: null, scopes: null },
      requestId: 'req-1',
      now,
      timings: new Timings(),
      waitUntil: () => undefined,
      slots: new Slots(MAX_CALLS),
      providersFor: configuredProviders(env, configOf(env)),
    },
    verbs: {
      send: async (ctx, input) => {
        asked.push(input);
        return verbs.send ? await verbs.send(ctx, input) : sent;
      },
      create: verbs.create ?? unasked,
      update: verbs.update ?? unasked,
      cancel: verbs.cancel ?? unasked,
      search: verbs.search ?? unasked,
      find: verbs.find ?? (async (_ctx, id) => (id === sessionId ? paylink : null)),
    },
    idempotency,
  };
  return { run, asked };
}

/** `fetch` against the endpoint, without the network, authentication and admission in front of it. */
export const fetchFrom =
  (run: GraphqlRun) =>
  async (url: string, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    const { method, headers } = request;
    const body = request.body ? await request.text() : null;
    return runGraphql(await prepareGraphql({ method, url: request.url, headers, body }), run);
  };

/** Posts one operation as JSON. */
export const post = (run: GraphqlRun, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetchFrom(run)('http://gateway.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** The mutation with the given arguments inline. */
export const sendMutation = (input: string): { query: string } => ({
  query: `mutation { sendPaymentSessionLink(input: { ${input} }) { success message } }`,
});

/** The mutation that most tests send. */
export const sendEmail = sendMutation(`id: "${sessionId}", channel: Email`);

export const bodyOf = async (answer: Response) => ({ status: answer.status, body: await answer.json() });
