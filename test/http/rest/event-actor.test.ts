import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { listAudit } from '../../../src/store/audit.ts';
import { findPaylink } from '../../../src/store/paylinks.ts';
import { type Api, merchantApi, request } from '../../support/api.ts';
import { anAttempt, seedSent } from '../../support/attempts.ts';
import { createBody } from '../../support/verbs.ts';

const Shown = z.object({
  paylinkId: z.string(),
  events: z.array(
    z.object({
      eventType: z.string(),
      createdBy: z.string(),
      actor: z.object({ credentialId: z.string(), label: z.string().nullable() }).nullable(),
    }),
  ),
});

let api: Api;
let actor: { credentialId: string; label: string };
beforeAll(async () => {
  api = await merchantApi();
  await env.DB.prepare("UPDATE credentials SET label = 'till 7' WHERE id = ?1").bind(api.credentialId).run();
  actor = { credentialId: api.credentialId, label: 'till 7' };
});
const shown = async (response: Response) => Shown.parse(await response.json());

describe('an event', () => {
  it('names the credential that it is the work of, beside the seed’s createdBy, whatever the change', async () => {
    const { paylinkId: id } = await shown(await api.call('POST', '/', createBody(api.merchant.id)));
    await api.call('PATCH', `/${id}`, { memo: 'new' });
    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false });
    await api.call('POST', '/graphql', {
      query: `mutation { sendPaymentSessionLink(input: {id: "${id}", channel: Phone}) { success } }`,
    });
    const paid = { paylinkId: id, orderId: 'o', type: 'payment', amount: 1, currencyCode: 'USD' };
    await api.call('POST', '/webhooks/payments', paid);
    await api.call('PATCH', `/${id}/cancel`);
    await api.call('POST', '/recipients/erase', { email: 'ada@example.com' });
    const { events } = await shown(await api.call('GET', `/${id}`));
    const types = ['CREATED', 'UPDATED', 'SENT', 'SENT', 'PARTIALLY_PAID', 'CANCELED', 'ERASED'];
    expect(events.map(({ eventType }) => eventType)).toEqual(types);
    expect(events.map((event) => event.actor)).toEqual(types.map(() => actor));
    expect(new Set(events.map(({ createdBy }) => createdBy))).toEqual(new Set(['API Key', 'Checkout']));
    // As D1 has it, not as the coordinator remembers it.
    const stored = await findPaylink(env.DB, api.merchant.id, id);
    expect(stored?.paylink.events.map((event) => event.actor)).toEqual(types.map(() => actor));
  });

  it('of a customer, a provider or the gateway names none', async () => {
    const { paylinkId: id } = await shown(await api.call('POST', '/', createBody(api.merchant.id)));
    const found = await findPaylink(env.DB, api.merchant.id, id);
    await request('POST', `/o/${found?.paylink.code}`);
    const { events } = await shown(await api.call('GET', `/${id}`));
    expect(events.at(-1)).toMatchObject({ eventType: 'OPENED', createdBy: 'Customer', actor: null });
  });
});

describe('a person’s settling', () => {
  it('is in the audit log once, with who settled what', async () => {
    const attempt = anAttempt({ status: 'UNKNOWN', messageId: null, acceptedAt: null });
    const { id } = await seedSent(api.merchant, [attempt]);
    const path = `/${id}/delivery-logs/${attempt.id}/settle`;
    for (let n = 0; n < 2; n++) expect((await api.call('POST', path, { status: 'FAILED' })).status).toBe(200);
    const log = await listAudit(env.DB, api.merchant.id, { before: null, limit: 100 });
    const told = log.filter(({ subject }) => subject === id);
    expect(told).toMatchObject([
      {
        action: 'delivery.settled',
        actorKind: 'credential',
        actorId: api.credentialId,
        actorLabel: 'till 7',
        details: { deliveryLogId: attempt.id, deliveryStatus: 'FAILED' },
      },
    ]);
  });
});
