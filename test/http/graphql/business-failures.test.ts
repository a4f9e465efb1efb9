import { expect, it } from 'vitest';
import * as z from 'zod';
import { type Api, merchantApi } from '../../support/api.ts';
import { createBody } from '../../support/verbs.ts';

const Result = z.object({
  data: z.object({ sendPaymentSessionLink: z.object({ success: z.boolean(), message: z.string().nullable() }) }),
});
const Created = z.object({ paylinkId: z.string() });
const Problem = z.object({ code: z.string(), detail: z.string() });

const mutation = `mutation ($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }`;

async function create({ merchant, call }: Api, some: object = {}): Promise<string> {
  const answer = await call('POST', '/', createBody(merchant.id, some));
  expect(answer.status).toBe(201);
  return Created.parse(await answer.json()).paylinkId;
}

async function byGraphql({ call }: Api, id: string, more: object) {
  const variables = { input: { id, channel: 'Email', ...more } };
  const answer = await call('POST', '/graphql', { query: mutation, variables });
  expect(answer.status).toBe(200);
  return Result.parse(await answer.json()).data.sendPaymentSessionLink;
}

async function byRest({ call }: Api, id: string, more: object) {
  const answer = await call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false, ...more });
  return { status: answer.status, ...Problem.parse(await answer.json()) };
}

type Case = {
  code: string;
  status: number;
  says: RegExp;
  /** Makes a Paylink that cannot be sent. @returns its id */
  make: (api: Api) => Promise<string>;
  to?: string;
};

const emailTo = (email: string) => ({ customer: { email }, sendEmail: true });

const cases: Case[] = [
  {
    code: 'not_active',
    status: 400,
    says: /CANCELED/,
    make: async (api) => {
      const id = await create(api);
      expect((await api.call('PATCH', `/${id}/cancel`)).status).toBe(204);
      return id;
    },
  },
  {
    code: 'not_found',
    status: 404,
    says: /^No payment session was found/,
    make: async (api) => create(await merchantApi({ mode: api.merchant.mode })),
  },
  {
    code: 'missing_recipient',
    status: 400,
    says: /email/i,
    make: (api) => create(api, { customer: { phone: '+12025550143' }, sendEmail: true }),
  },
  { code: 'consent_required', status: 400, says: /consent/i, make: (api) => create(api, { customerConsent: false }) },
  {
    code: 'nothing_due',
    status: 400,
    says: /Nothing is due/,
    make: (api) => create(api, { lineItems: [{ price: 0, quantity: 1 }], tax: 0, shipping: 0 }),
  },
  {
    code: 'suppressed',
    status: 400,
    says: /erased/,
    make: async (api) => {
      const email = `erased-${crypto.randomUUID()}@example.com`;
      expect((await api.call('POST', '/recipients/erase', { email })).status).toBe(200);
      return create(api, emailTo(email));
    },
  },
  {
    code: 'resend_limit',
    status: 429,
    says: /24/,
    make: async (api) => {
      const id = await create(api);
      const body = { sendEmail: true, sendSms: false };
      expect((await api.call('PATCH', `/${id}/send`, body, { 'idempotency-key': crypto.randomUUID() })).status).toBe(
        200,
      );
      return id;
    },
  },
  { code: 'send_failed', status: 500, says: /refused/, make: (api) => create(api, emailTo('refused@paylinks.test')) },
  { code: 'invalid_request', status: 400, says: /email/i, make: (api) => create(api), to: 'not an address' },
];

it.each(cases)(
  '$code is success: false with a sentence by GraphQL, and a problem with this code by REST',
  async (one) => {
    const api = await merchantApi({ mode: 'test', paylinkSendCap: 1 });
    const id = await one.make(api);
    const key = { 'idempotency-key': crypto.randomUUID() };
    const keyed: Api = { ...api, call: (method, path, body) => api.call(method, path, body, key) };
    const graphql = await byGraphql(keyed, id, one.to === undefined ? {} : { to: one.to });
    expect(graphql).toEqual({ success: false, message: expect.stringMatching(one.says) });
    const rest = await byRest(api, id, one.to === undefined ? {} : { to: { email: one.to } });
    expect(rest).toMatchObject({ code: one.code, status: one.status });
  },
);

it('a send whose outcome is not known is success: false by GraphQL, which says not to send it again', async () => {
  const api = await merchantApi({ mode: 'test' });
  const id = await create(api, emailTo('unknown@paylinks.test'));
  const graphql = await byGraphql(api, id, {});
  expect(graphql.success).toBe(false);
  expect(graphql.message).toMatch(/do not send/i);
});
