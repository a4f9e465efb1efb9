import { describe, expect, it, vi } from 'vitest';
import { graphqlError } from '../../../src/http/graphql/errors.ts';
import { bodyOf, fakeRun, fetchFrom, paylink, post, sendEmail, sendMutation, sessionId } from './fake-run.ts';

describe('paymentSession', () => {
  it("returns every field of the merchant's own session", async () => {
    const query = `query Session($id: ID!) { paymentSession(id: $id) {
      id merchantId status active link shortLink merchantInvoiceId description memo currencyCode subTotal shipping tax total
      lineItems { sku description category price quantity tax } contact { email phone firstName lastName } customerConsent
      expiration lastSentAt createdAt updatedAt
      deliveryLogs { id channel status provider messageId recipient reason createdAt updatedAt } } }`;
    const answer = await post(fakeRun().run, { query, variables: { id: sessionId } });
    expect(await answer.json()).toEqual({
      data: {
        paymentSession: {
          id: sessionId,
          merchantId: '11111111-2222-4333-8444-555555555555',
          status: 'SENT',
          active: true,
          link: 'http://gateway.test/p/0abcdefghijkl',
          shortLink: 'http://gateway.test/s/0abcdefghijkl',
          merchantInvoiceId: 'INV-1',
          description: 'Blue shoes',
          memo: null,
          currencyCode: 'USD',
          subTotal: 9_000_000_000,
          shipping: 500,
          tax: null,
          total: 9_000_000_500,
          lineItems: [
            { sku: 'SHOE', description: 'Shoes', category: null, price: 4_500_000_000, quantity: 2, tax: null },
          ],
          contact: { email: 'ada@example.com', phone: '202-555-0143', firstName: 'Ada', lastName: null },
          customerConsent: true,
          expiration: '2026-11-22T12:00:00.000Z',
          lastSentAt: '2026-11-21T11:00:00.000Z',
          createdAt: '2026-11-21T10:00:00.000Z',
          updatedAt: '2026-11-21T11:00:00.000Z',
          deliveryLogs: [
            {
              id: 'log-1',
              channel: 'Phone',
              status: 'DELIVERED',
              provider: 'twilio',
              messageId: 'SM1',
              recipient: '+12025550143',
              reason: null,
              createdAt: '2026-11-21T11:00:00.000Z',
              updatedAt: '2026-11-21T11:00:00.000Z',
            },
          ],
        },
      },
    });
  });

  it('is EXPIRED and not active after its expiration', async () => {
    const { run } = fakeRun({ find: async () => ({ ...paylink, expiration: run.ctx.now }) });
    const answer = await post(run, { query: `{ paymentSession(id: "${sessionId}") { status active } }` });
    expect(await answer.json()).toEqual({ data: { paymentSession: { status: 'EXPIRED', active: false } } });
  });

  it.each(['abc123', '019a8c5e-7b20-7015-a1b2-000000000000'])('is null for %s', async (id) => {
    const answer = await post(fakeRun().run, { query: `{ paymentSession(id: "${id}") { id } }` });
    expect(await answer.json()).toEqual({ data: { paymentSession: null } });
  });
});

describe('a wrong request', () => {
  const codeOf = async (answer: Response) => {
    const { errors } = await answer.json<{ errors: { extensions: { code: string } }[] }>();
    return { status: answer.status, code: errors[0]?.extensions.code };
  };
  const strict = { accept: 'application/graphql-response+json' };

  it.each([
    ['a syntax error', { query: '{' }],
    ['an unknown field', { query: '{ nope }' }],
    [
      'a missing variable',
      { query: 'mutation ($i: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $i) { success } }' },
    ],
    ['an unknown channel', sendMutation(`id: "${sessionId}", channel: Fax`)],
    ['an unknown input field', sendMutation(`id: "${sessionId}", channel: Email, cc: "a"`)],
    ['a missing id', sendMutation('channel: Email')],
    ['an unknown operation', { ...sendEmail, operationName: 'Nope' }],
    ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }],
    ['a subscription', { query: 'subscription { __typename }' }],
    ['no query', {}],
    ['a batch', [sendEmail]],
  ])('%s is BAD_USER_INPUT, and nothing is sent', async (_, body) => {
    const { run, asked } = fakeRun();
    expect(await codeOf(await post(run, body, strict))).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    expect(asked).toEqual([]);
  });

  it('is refused for a null in a variable with a default, which only execution sees', async () => {
    const query = 'query ($id: ID = "a") { paymentSession(id: $id) { id } }';
    expect(await codeOf(await post(fakeRun().run, { query, variables: { id: null } }))).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('is refused with 405 and Allow when it is a mutation by GET', async () => {
    const { run, asked } = fakeRun();
    const url = `http://gateway.test/graphql?query=${encodeURIComponent(sendEmail.query)}`;
    const answer = await fetchFrom(run)(url);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await codeOf(answer)).toEqual({ status: 405, code: 'BAD_USER_INPUT' });
    expect(asked).toEqual([]);
  });

  it('is refused as a GraphQL error for other methods, media types and formats', async () => {
    const fetch = fetchFrom(fakeRun().run);
    const url = 'http://gateway.test/graphql';
    const put = await fetch(url, { method: 'PUT', body: '{}' });
    expect(put.headers.get('allow')).toBe('GET, POST');
    expect(await codeOf(put)).toEqual({ status: 405, code: 'BAD_USER_INPUT' });
    const form = await fetch(url, { method: 'POST', body: new URLSearchParams({ query: '{ __typename }' }) });
    expect(await codeOf(form)).toEqual({ status: 415, code: 'BAD_USER_INPUT' });
    const image = await fetch(`${url}?query={__typename}`, { headers: { accept: 'image/png' } });
    expect(await codeOf(image)).toEqual({ status: 406, code: 'BAD_USER_INPUT' });
  });
});

describe('a fault of the gateway', () => {
  it('is masked for the caller and logged with the request id', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { run } = fakeRun({
      send: async () => {
        throw new TypeError('secret detail');
      },
    });
    const answer = await post(run, sendEmail);
    const text = await answer.text();
    const logged = String(error.mock.calls[0]?.[0]);
    error.mockRestore();
    expect(JSON.parse(text)).toEqual({
      data: null,
      errors: [
        {
          message: 'Something went wrong on our side. Repeat the request with the same Idempotency-Key.',
          locations: [{ line: 1, column: 12 }],
          path: ['sendPaymentSessionLink'],
          extensions: { code: 'INTERNAL', requestId: 'req-1' },
        },
      ],
    });
    expect(JSON.parse(logged)).toMatchObject({
      level: 'error',
      event: 'graphql_error',
      requestId: 'req-1',
      error: 'TypeError',
      message: 'secret detail',
    });
  });

  it('is not an expected error because it has extensions', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { run } = fakeRun({
      find: async () => {
        throw Object.assign(new Error('secret detail'), { extensions: { code: 'BAD_USER_INPUT' } });
      },
    });
    const text = await (await post(run, { query: `{ paymentSession(id: "${sessionId}") { id } }` })).text();
    error.mockRestore();
    expect(text).not.toContain('secret');
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL' } }] });
  });
});

describe('a refusal of the whole request', () => {
  it('is an error without data, in the media type the caller accepts', async () => {
    const refused = graphqlError(429, 'RATE_LIMITED', 'Over quota.', { 'retry-after': '17' });
    expect(refused.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(refused.headers.get('retry-after')).toBe('17');
    expect(await bodyOf(refused)).toEqual({
      status: 429,
      body: { errors: [{ message: 'Over quota.', extensions: { code: 'RATE_LIMITED' } }] },
    });
    const strict = graphqlError(401, 'UNAUTHENTICATED', 'No.', {}, 'application/graphql-response+json');
    expect(strict.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });
});
