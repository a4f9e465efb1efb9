import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { applyChange } from '../../src/paylinks/domain/apply-change.ts';
import type { PaylinkPatch } from '../../src/paylinks/domain/change.ts';
import { recipientHash } from '../../src/paylinks/recipients/recipient.ts';
import { recipientKey } from '../../src/paylinks/recipients/recipient-key.ts';
import { aPaylink } from '../support/a-paylink.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { aPayment, having } from '../support/payments.ts';
import { seedSuppressions } from '../support/suppressions.ts';
import { createBody } from '../support/verbs.ts';

const now = 2_000_000_000_000;
const update = (paylink: Paylink, patch: PaylinkPatch) =>
  applyChange(paylink, { kind: 'update', patch, createdBy: 'API Key' }, now);
const updated = (paylink: Paylink, patch: PaylinkPatch): Paylink => {
  const applied = update(paylink, patch);
  if (applied.kind !== 'changed') throw new Error(`it is ${applied.kind}`);
  return applied.paylink;
};
const open = (some: Partial<Paylink> = {}) => aPaylink({ createdAt: now - 1000, expiration: now + 1000, ...some });
const event = (type: 'SENT' | 'OPENED', version: number) => ({
  ...{
    id: `${type}${version}`,
    type,
    oldValue: null,
    newValue: null,
    createdBy: 'x',
    actor: null,
    createdAt: 1,
    version,
  },
});

describe('an update', () => {
  it.each(['CREATED', 'SENT', 'OPENED', 'FAILED'] as const)(
    'corrects anything of a Paylink that is %s, which stays so',
    (status) => {
      expect(updated(open({ status }), { memo: 'x', tax: 5 })).toMatchObject({ status, memo: 'x', total: 5 });
    },
  );

  it('of a Paylink that is partially paid changes who pays and by when, and what is said, but not what is owed', () => {
    const paid = having(open(), aPayment({ amount: 400 }));
    const { customer } = open();
    const patch = {
      customer: { ...customer, email: 'b@example.com' },
      expiration: now + 5,
      memo: 'm',
      description: 'd',
    };
    expect(updated(paid, patch)).toMatchObject({ status: 'PARTIALLY_PAID', ...patch });
    for (const wrong of [{ tax: 1 }, { currencyCode: 'EUR' }, { sendSms: false }, { memo: 'm', shipping: 1 }])
      expect(update(paid, wrong)).toMatchObject({
        kind: 'refused',
        refusal: { code: 'not_active', facts: { paylinkStatus: 'PARTIALLY_PAID' } },
      });
    expect(update(paid, { currencyCode: 'USD' })).toEqual({ kind: 'unchanged' });
  });

  it.each([
    ['CREATED', []],
    ['SENT', [event('OPENED', 2), event('SENT', 3)]],
    ['OPENED', [event('SENT', 2), event('OPENED', 3)]],
  ] as const)('with a future expiration revives an expired Paylink as %s, as its history says', (status, events) => {
    for (const stored of ['EXPIRED', status] as const) {
      const expired = open({ status: stored, expiration: now - 1, events: [...events] });
      expect(update(expired, { memo: 'x' })).toMatchObject({
        refusal: { code: 'not_active', facts: { paylinkStatus: 'EXPIRED' } },
      });
      const revived = updated(expired, { expiration: now + 9, memo: 'x' });
      expect(revived).toMatchObject({ status, expiration: now + 9 });
      const { oldValue, newValue } = revived.events.at(-1) ?? {};
      expect([oldValue, newValue]).toMatchObject([{ status: 'EXPIRED' }, { status, memo: 'x' }]);
    }
  });

  it('revives an expired Paylink of which a part is paid as that, by the rules of that', () => {
    const paid = { ...having(open(), aPayment({ amount: 400 })), status: 'EXPIRED' as const, expiration: now - 1 };
    expect(updated(paid, { expiration: now + 9 })).toMatchObject({ status: 'PARTIALLY_PAID' });
    expect(update(paid, { expiration: now + 9, tax: 1 })).toMatchObject({ refusal: { code: 'not_active' } });
  });

  it.each(['PAID', 'CANCELED', 'REFUNDED'] as const)('never revives a Paylink that is %s', (status) => {
    expect(update(open({ status, expiration: now - 1 }), { expiration: now + 9 })).toMatchObject({ kind: 'refused' });
  });

  it('is told with old and new values of what changed, in which no recipient can be read', () => {
    const before = open({ memo: 'old' });
    const customer = { ...before.customer, email: 'bea@shop.example', firstName: 'Bea' };
    const after = updated(before, { memo: 'new', description: before.description, tax: 10, customer, emailHash: 'h2' });
    const { oldValue, newValue, type } = after.events.at(-1) ?? {};
    expect({ type, oldValue, newValue }).toMatchObject({
      type: 'UPDATED',
      oldValue: { memo: 'old', tax: null, total: 1010, customer: { email: 'a***@example.com', phone: '***43' } },
      newValue: { memo: 'new', tax: 10, total: 10, customer: { email: 'b***@shop.example', firstName: 'B***' } },
    });
    expect(Object.keys(newValue ?? {})).toEqual(['memo', 'tax', 'customer', 'total']);
    expect(JSON.stringify([oldValue, newValue])).not.toMatch(/ada@|bea@|555-0143|Bea|Ada/);
  });

  it('masks a name by its first character, also where that takes two code units', () => {
    const before = open();
    const after = updated(before, { customer: { ...before.customer, firstName: '😀 Bea' } });
    const told = JSON.stringify(after.events.at(-1)?.newValue);
    expect([told.includes('\\ud83d'), told.includes('😀***')]).toEqual([false, true]);
  });

  it('tells a long value by its length', () => {
    const metadata = { note: 'x'.repeat(3000) };
    expect(updated(open({ subTotal: 0, total: 0 }), { metadata }).events.at(-1)?.newValue).toEqual({
      metadata: '(3,011 characters)',
    });
  });
});

describe('over REST', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi();
  });
  const create = async (some: object = {}) =>
    (await api.call('POST', '/', createBody(api.merchant.id, some))).json<{ paylinkId: string }>();

  it('`to` sends to other recipients, once for each key, as GraphQL’s `to` does', async () => {
    const { paylinkId } = await create();
    const path = `/${paylinkId}/send`;
    const to = { email: 'Bea@Example.com', phone: '+12025550188' };
    const both = await api.call('PATCH', path, { sendEmail: true, sendSms: true, to });
    expect([both.status, await both.json()]).toMatchObject([
      200,
      { deliveryLogs: [{ recipient: 'bea@example.com' }, { recipient: '+12025550188' }] },
    ]);
    const half = await api.call('PATCH', path, { sendEmail: true, sendSms: true, to: { phone: '+12025550199' } });
    const logs = (await half.json<{ deliveryLogs: { recipient: string }[] }>()).deliveryLogs;
    expect(logs.slice(2).map(({ recipient }) => recipient)).toEqual(['ada@example.com', '+12025550199']);
    const key = { 'idempotency-key': 'to' };
    await api.call('PATCH', path, { sendEmail: true, sendSms: false, to: { email: 'c@example.com' } }, key);
    const query = `mutation { sendPaymentSessionLink(input: { id: "${paylinkId}", channel: Email, to: "c@example.com" }) { success } }`;
    expect((await api.call('POST', '/', { query }, key)).headers.get('idempotency-replayed')).toBe('true');
  });

  it.each([
    [{ sendEmail: true, sendSms: false, to: { email: 'x' } }, 'to.email'],
    [{ sendEmail: false, sendSms: true, to: { phone: '2025550188' } }, 'to.phone'],
    [{ sendEmail: false, sendSms: true, to: { email: 'a@example.com' } }, 'to.email'],
  ])('refuses %j', async (body, path) => {
    const { paylinkId } = await create();
    const answer = await api.call('PATCH', `/${paylinkId}/send`, body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ path }] }]);
  });

  it('a refused send names the status that stands in its way, or the suppression and its reason', async () => {
    const { paylinkId } = await create({ customer: { email: 'gone@example.com' }, sendSms: false });
    const hash = await recipientHash(await recipientKey(env.DB, configOf(env)), 'EMAIL', 'gone@example.com');
    const id = crypto.randomUUID();
    const common = { merchantId: api.merchant.id, channel: 'EMAIL', recipientHash: hash, recipient: null } as const;
    await seedSuppressions([{ id, ...common, reason: 'hard_bounce', createdAt: 1 }]);
    const asked = { sendEmail: true, sendSms: false };
    expect(await (await api.call('PATCH', `/${paylinkId}/send`, asked)).json()).toMatchObject({
      ...{ code: 'suppressed', reason: 'hard_bounce', suppressionId: id },
      detail: expect.stringContaining('hard_bounce'),
    });
    await api.call('PATCH', `/${paylinkId}/cancel`);
    expect(await (await api.call('PATCH', `/${paylinkId}/send`, asked)).json()).toMatchObject({
      ...{ code: 'not_active', paylinkStatus: 'CANCELED', detail: 'The Paylink is not active: it is CANCELED.' },
    });
  });
});
