import { describe, expect, it } from 'vitest';
import { refusal } from '../../../src/errors.ts';
import type { SendOutcome } from '../../../src/paylinks/domain/outcome.ts';
import { bodyOf, fakeRun, post, sendEmail, sendMutation, sent, sessionId } from './fake-run.ts';

const answering = (outcome: SendOutcome) => fakeRun({ send: async () => outcome });

describe('sendPaymentSessionLink', () => {
  it('sends an email for the channel Email', async () => {
    const { run, asked } = fakeRun();
    expect(await bodyOf(await post(run, sendEmail))).toEqual({
      status: 200,
      body: { data: { sendPaymentSessionLink: { success: true, message: 'The payment link was emailed.' } } },
    });
    expect(asked).toEqual([
      {
        paylinkId: sessionId,
        channels: ['EMAIL'],
        to: null,
        requireEnabled: false,
        idempotency: { key: null, waitSeconds: 0 },
      },
    ]);
  });

  it('sends an SMS to the given `to`', async () => {
    const { run, asked } = fakeRun({ send: async () => ({ ...sent, accepted: ['SMS'] }) });
    const answer = await post(run, sendMutation(`id: "${sessionId}", channel: Phone, to: "+12025550143"`));
    expect(await answer.json()).toEqual({
      data: { sendPaymentSessionLink: { success: true, message: 'The payment link was texted.' } },
    });
    expect(asked).toMatchObject([{ channels: ['SMS'], to: '+12025550143' }]);
  });

  it('finds a session by its id in either case', async () => {
    const { run, asked } = fakeRun();
    await post(run, sendMutation(`id: "${sessionId.toUpperCase()}", channel: Email`));
    expect(asked).toMatchObject([{ paylinkId: sessionId }]);
  });

  it.each(['abc123', '', '../..', '1', "' OR 1=1 --", '\\u0000'])('finds no session with the id %j', async (id) => {
    const { run, asked } = fakeRun();
    expect(await bodyOf(await post(run, sendMutation(`id: "${id}", channel: Email`)))).toEqual({
      status: 200,
      body: {
        data: {
          sendPaymentSessionLink: { success: false, message: 'No payment session was found with this id.' },
        },
      },
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['Email', ''],
    ['Email', 'ada'],
    ['Email', 'ada@'],
    ['Email', '+12025550143'],
    ['Email', 'ada@example.com, bob@example.com'],
    ['Email', `${'a'.repeat(250)}@example.com`],
    ['Email', 'ada@example.com\\r\\nBcc: bob@example.com'],
    ['Phone', ''],
    ['Phone', 'ada@example.com'],
    ['Phone', '2025550143'],
    ['Phone', '+1 202 555 0143'],
    ['Phone', '+10000000000'],
    ['Phone', '+1202'],
    ['Phone', '+99912345678'],
    ['Phone', '+12025550143;ext=5'],
  ])('takes %s to %j for a bad `to`, and sends nothing', async (channel, to) => {
    const { run, asked } = fakeRun();
    const answer = await post(run, sendMutation(`id: "${sessionId}", channel: ${channel}, to: "${to}"`));
    expect(await answer.json()).toEqual({
      data: {
        sendPaymentSessionLink: {
          success: false,
          message: expect.stringMatching(/^`to` must be a (valid email|phone)/),
        },
      },
    });
    expect(asked).toEqual([]);
  });

  it('treats `to: null` as no override', async () => {
    const { run, asked } = fakeRun();
    await post(run, sendMutation(`id: "${sessionId}", channel: Email, to: null`));
    expect(asked).toMatchObject([{ to: null }]);
  });

  it('returns a business failure as a value', async () => {
    const { run } = answering({ kind: 'refused', refusal: refusal('consent_required', 'x') });
    expect(await bodyOf(await post(run, sendEmail))).toEqual({
      status: 200,
      body: {
        data: {
          sendPaymentSessionLink: {
            success: false,
            message: 'The customer has not agreed to receive messages (customerConsent), so the link was not sent.',
          },
        },
      },
    });
  });

  it('returns a send that is still running as an error that says when to try again', async () => {
    const { run } = answering({
      kind: 'refused',
      refusal: refusal('idempotency_in_progress', 'x', { retryAfterSeconds: 2 }),
    });
    const answer = await post(run, sendEmail);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await bodyOf(answer)).toMatchObject({
      status: 200,
      body: {
        data: null,
        errors: [
          {
            path: ['sendPaymentSessionLink'],
            extensions: { code: 'RATE_LIMITED', reason: 'idempotency_in_progress', retryAfterSeconds: 2 },
          },
        ],
      },
    });
  });

  it('returns a key used for another operation as an error', async () => {
    const { run } = answering({ kind: 'refused', refusal: refusal('idempotency_key_reuse', 'x') });
    expect(await (await post(run, sendEmail)).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', reason: 'idempotency_key_reuse' } }],
    });
  });
});

describe('the idempotency key', () => {
  const two = `mutation { one: sendPaymentSessionLink(input: { id: "${sessionId}", channel: Email }) { success }
    two: sendPaymentSessionLink(input: { id: "${sessionId}", channel: Phone }) { success } }`;
  const keyed = (send: () => Promise<SendOutcome>) => fakeRun({ send }, { key: 'k-1', waitSeconds: 5 });

  it('is used alone for a single send, also with an alias, so that a REST retry finds it', async () => {
    const { run, asked } = keyed(async () => sent);
    await post(run, { query: sendEmail.query.replace('sendPay', 'again: sendPay') });
    expect(asked).toMatchObject([{ idempotency: { key: 'k-1', waitSeconds: 5 } }]);
  });

  it('is joined with the response name in a document with several sends', async () => {
    const { run, asked } = keyed(async () => sent);
    await post(run, { query: two });
    expect(asked.map((input) => input.idempotency.key)).toEqual(['k-1\none', 'k-1\ntwo']);
  });

  it('is marked as replayed only when every send of the document was', async () => {
    const replayed = { ...sent, replayed: true };
    const all = await post(keyed(async () => replayed).run, { query: two });
    expect(all.headers.get('idempotency-replayed')).toBe('true');
    let first = true;
    const half = keyed(async () => {
      const outcome = first ? replayed : sent;
      first = false;
      return outcome;
    });
    expect((await post(half.run, { query: two })).headers.get('idempotency-replayed')).toBeNull();
    const none = await post(keyed(async () => replayed).run, { query: '{ __typename }' });
    expect(none.headers.get('idempotency-replayed')).toBeNull();
  });
});
