import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { registry } from '../../src/delivery/providers/index.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { coordinatorStub, type Script, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { createBody } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused = (): ProviderOutcome => ({ kind: 'refused', by: 'provider', reason: 'answered 403' });
const unknown = (): ProviderOutcome => ({ kind: 'unknown', reason: 'timed out' });

const Created = z.object({ paylinkId: z.string() });
const Answer = z.object({
  data: z.object({ sendPaymentSessionLink: z.object({ success: z.boolean(), message: z.string() }) }).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string(), reason: z.string().optional() }) })).optional(),
});
const mutation =
  'mutation($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }';

/** What either surface said, in the same words. */
type Said = { outcome: string; status: number; replayed: boolean; retryAfter: string | null; applied: string | null };
type Surface = {
  name: string;
  send: (api: Api, id: string, key?: string, more?: Record<string, string>, sms?: boolean) => Promise<Said>;
};

const keyHeader = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { 'idempotency-key': key };
const headersOf = (response: Response) => ({
  status: response.status,
  replayed: response.headers.get('idempotency-replayed') === 'true',
  retryAfter: response.headers.get('retry-after'),
  applied: response.headers.get('preference-applied'),
});

const rest: Surface = {
  name: 'REST',
  send: async (api, id, key, more, sms = false) => {
    const response = await api.call(
      'PATCH',
      `/${id}/send`,
      { sendEmail: !sms, sendSms: sms },
      { ...keyHeader(key), ...more },
    );
    const { code } = z.object({ code: z.string().optional() }).parse(await response.json());
    return { outcome: code ?? (response.status === 202 ? 'pending' : 'sent'), ...headersOf(response) };
  },
};

const graphql: Surface = {
  name: 'GraphQL',
  send: async (api, id, key, more, sms = false) => {
    const variables = { input: { id, channel: sms ? 'Phone' : 'Email' } };
    const response = await api.call('POST', '/graphql', { query: mutation, variables }, { ...keyHeader(key), ...more });
    const { data, errors } = Answer.parse(await response.json());
    const reason = errors?.[0]?.extensions.reason ?? errors?.[0]?.extensions.code;
    const result = data?.sendPaymentSessionLink;
    const words = result?.success ? 'sent' : /may or may not/.test(result?.message ?? '') ? 'pending' : 'send_failed';
    return { outcome: reason ?? words, ...headersOf(response) };
  },
};

describe.each([rest, graphql])('the idempotency contract by $name', (surface) => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi();
  });

  const paylinkWith = async (script: Script) => {
    const customer = { email: `${crypto.randomUUID()}@example.com`, phone: '3333333333' };
    const created = await api.call('POST', '/', createBody(api.merchant.id, { customer }));
    const { paylinkId } = Created.parse(await created.json());
    const email = scripted('mailchannels', 'EMAIL', script);
    const sms = scripted('twilio', 'SMS', script);
    await usingProviders(paylinkId, [email.provider, sms.provider]);
    // What the gateway is configured with; its Worker asks the same.
    vi.spyOn(registry.inbox, 'provider').mockImplementation((_, channel) =>
      channel === 'EMAIL' ? email.provider : sms.provider,
    );
    return { id: paylinkId, email };
  };

  it('the same key and operation get the first answer again, bare or quoted, by the other API too', async () => {
    const { id, email } = await paylinkWith(accepted);
    expect(await surface.send(api, id, 'key-1')).toMatchObject({ outcome: 'sent', status: 200, replayed: false });
    expect(await surface.send(api, id, '"key-1"')).toMatchObject({ outcome: 'sent', status: 200, replayed: true });
    const other = surface === rest ? graphql : rest;
    expect(await other.send(api, id, 'key-1')).toMatchObject({ outcome: 'sent', replayed: true });
    expect(email.received).toHaveLength(1);
  });

  it('the same key with another operation is refused, and the record stays', async () => {
    const { id } = await paylinkWith(accepted);
    await surface.send(api, id, 'k');
    const reuse = await surface.send(api, id, 'k', {}, true);
    expect(reuse).toMatchObject({ outcome: 'idempotency_key_reuse', status: surface === rest ? 422 : 200 });
    expect(await surface.send(api, id, 'k')).toMatchObject({ outcome: 'sent', replayed: true });
  });

  it('a repeat of a running send gets 409 with Retry-After, or the answer with Prefer: wait', async () => {
    const { promise, resolve } = Promise.withResolvers<ProviderOutcome>();
    const { id, email } = await paylinkWith(() => promise);
    const first = surface.send(api, id, 'k');
    await expect.poll(() => email.received.length).toBe(1);
    const early = await surface.send(api, id, 'k');
    expect(early).toMatchObject({ outcome: 'idempotency_in_progress', retryAfter: '1', applied: null });
    const waiting = surface.send(api, id, 'k', { prefer: 'respond-async, wait=20' });
    resolve(accepted());
    expect([(await first).outcome, await waiting]).toMatchObject(['sent', { outcome: 'sent', replayed: true }]);
    expect(email.received).toHaveLength(1);
  });

  it('a heeded Prefer: wait is named in Preference-Applied, as long as it may be; without a key it is not heeded', async () => {
    const { id } = await paylinkWith(accepted);
    const prefer = { prefer: 'wait=60' };
    for (const replayed of [false, true])
      expect(await surface.send(api, id, 'k', prefer)).toMatchObject({ outcome: 'sent', replayed, applied: 'wait=20' });
    expect(await surface.send(api, id, 'k')).toMatchObject({ outcome: 'sent', applied: null });
    expect(await surface.send(api, id, undefined, prefer)).toMatchObject({ outcome: 'sent', applied: null });
    expect(await surface.send(api, id, 'k', prefer, true)).toMatchObject({
      outcome: 'idempotency_key_reuse',
      applied: null,
    });
  });

  it('a repeat of a send with an unknown outcome gets the current state until it is known, then always the same', async () => {
    const { id, email } = await paylinkWith(unknown);
    const first = await surface.send(api, id, 'k');
    expect(first).toMatchObject({ outcome: 'pending', status: surface === rest ? 202 : 200 });
    expect(await surface.send(api, id, 'k')).toMatchObject({ outcome: 'pending', replayed: true });
    const attemptId = email.received[0]?.attemptId ?? '';
    const news = { status: 'DELIVERED', messageId: 'm', reason: null } as const;
    await coordinatorStub(id).change(id, null, { kind: 'delivery', attemptId, news });
    expect(await surface.send(api, id, 'k')).toMatchObject({ outcome: 'sent', status: 200, replayed: true });
    expect(email.received).toHaveLength(1);
  });

  it('after a refusal by every provider the key is free, and a retry asks a provider again', async () => {
    const script = [refused, accepted];
    const { id, email } = await paylinkWith(() => (script.shift() ?? accepted)());
    const failed = await surface.send(api, id, 'k');
    expect(failed).toMatchObject({ outcome: 'send_failed', status: surface === rest ? 500 : 200 });
    expect(await surface.send(api, id, 'k')).toMatchObject({ outcome: 'sent', replayed: false });
    expect(email.received).toHaveLength(2);
  });

  it('without a key, two identical sends at once are one, and a send with a key is another', async () => {
    const { id, email } = await paylinkWith(accepted);
    const both = await Promise.all([surface.send(api, id), surface.send(api, id)]);
    expect(both.map(({ outcome }) => outcome)).toEqual(['sent', 'sent']);
    expect(both.filter(({ replayed }) => replayed)).toHaveLength(1);
    expect(await surface.send(api, id, 'a-key')).toMatchObject({ outcome: 'sent', replayed: false });
    expect(email.received).toHaveLength(2);
  });

  it('a malformed key is refused before a provider is asked', async () => {
    const { id, email } = await paylinkWith(accepted);
    for (const key of ['"open', 'x'.repeat(256), 'caf\u00e9']) {
      expect((await surface.send(api, id, key)).status).toBe(400);
    }
    expect(email.received).toHaveLength(0);
  });
});
