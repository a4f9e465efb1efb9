import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { renderPaylink } from '../../src/http/rest/render-paylink.ts';
import type { DeliveryLog } from '../../src/model/delivery.ts';
import type { LineItem, Paylink } from '../../src/model/paylink.ts';
import type { PaylinkEvent } from '../../src/model/paylink-event.ts';
import { applyChange } from '../../src/paylinks/domain/apply-change.ts';
import { applyReport } from '../../src/paylinks/domain/attempts.ts';
import { decideSend } from '../../src/paylinks/domain/decide-send.ts';
import { withOperationResult } from '../../src/paylinks/domain/operation.ts';
import { CreateFields } from '../../src/paylinks/domain/schemas.ts';
import { aPaylink } from '../support/a-paylink.ts';
import { anAttempt } from '../support/attempts.ts';
import { aMerchant } from '../support/merchants.ts';
import { createBody } from '../support/verbs.ts';

const MAX = 500;
const now = 1_800_000_000_000;

const anEvent = (n: number): PaylinkEvent => ({
  id: `event-${n}`,
  type: 'UPDATED',
  oldValue: null,
  newValue: { fields: ['memo'] },
  createdBy: 'API Key',
  actor: null,
  createdAt: 1,
  version: n + 1,
});

const withEvents = (count: number, some: Partial<Paylink> = {}) =>
  aPaylink({ createdAt: now, events: Array.from({ length: count }, (_, n) => anEvent(n)), ...some });

const attempts = (count: number, some: Partial<DeliveryLog> = {}) =>
  Array.from({ length: count }, () => anAttempt({ createdAt: 1, recipientHash: 'hash', ...some }));

const update = { kind: 'update', patch: { memo: 'new' }, createdBy: 'API Key' } as const;

function sendOf(paylink: Paylink) {
  const recipientStatus = { merchant: aMerchant(), hashes: ['hash'], suppressed: [], recent: [], recentSms: null };
  return decideSend({ paylink, channels: ['EMAIL'], to: null, requireEnabled: true, recipientStatus, now });
}

describe('a Paylink holds 500 events and 500 deliveries', () => {
  it('a change or a send beyond is refused as paylink_full', () => {
    const full = { kind: 'refused', refusal: { code: 'paylink_full' } };
    expect(applyChange(withEvents(MAX - 1), update, now)).toMatchObject({ kind: 'changed' });
    expect(applyChange(withEvents(MAX), update, now)).toMatchObject(full);
    expect(sendOf(withEvents(MAX - 1))).toMatchObject({ kind: 'go' });
    expect(sendOf(withEvents(MAX))).toMatchObject(full);
    expect(sendOf(withEvents(0, { deliveryLogs: attempts(MAX - 1) }))).toMatchObject({ kind: 'go' });
    expect(sendOf(withEvents(0, { deliveryLogs: attempts(MAX) }))).toMatchObject(full);
  });

  it('money, callbacks, cancels and what a send came to get in all the same, without an event of their own', () => {
    const [attempt] = attempts(1, { operationId: 'o' });
    if (!attempt) throw new Error('none');
    const paylink = withEvents(MAX, { deliveryLogs: [attempt] });
    const payment = { orderId: 'o', kind: 'payment', amount: 1010, fees: 0, currencyCode: 'USD' } as const;
    const paid = applyChange(paylink, { kind: 'payment', payment }, now);
    expect(paid).toMatchObject({ kind: 'changed', paylink: { status: 'PAID', orders: [{ amount: 1010 }] } });
    const news = { status: 'DELIVERED', messageId: null, reason: null } as const;
    const delivered = applyChange(paylink, { kind: 'delivery', attemptId: attempt.id, news }, now);
    expect(delivered).toMatchObject({ kind: 'changed', paylink: { deliveryLogs: [{ status: 'DELIVERED' }] } });
    const canceled = applyChange(paylink, { kind: 'cancel', createdBy: 'API Key' }, now);
    expect(canceled).toMatchObject({ kind: 'changed', paylink: { status: 'CANCELED' } });
    const sent = withOperationResult(paylink, 'o', 'API Key', now);
    expect(sent).toMatchObject({ status: 'SENT', version: paylink.version + 1 });
    for (const applied of [paid, delivered, canceled])
      expect(applied.kind === 'changed' && applied.paylink.events.length).toBe(MAX);
    expect(sent.events).toHaveLength(MAX);
  });
});

describe('orders beyond the 500th', () => {
  it('fold into one, which knows each again: a repeat changes nothing, another amount is refused, a refund counts once', () => {
    const pay = (paylink: Paylink, orderId: string, amount = 1, kind: 'payment' | 'refund' = 'payment') =>
      applyChange(paylink, { kind: 'payment', payment: { orderId, kind, amount, fees: 0, currencyCode: 'USD' } }, now);
    let paylink = aPaylink({ total: 1_010 });
    for (let n = 0; n < 503; n++) {
      const paid = pay(paylink, `order-${n}`);
      if (paid.kind !== 'changed') throw new Error(paid.kind);
      paylink = paid.paylink;
    }
    expect(paylink).toMatchObject({ approvedAmount: 503, status: 'PARTIALLY_PAID' });
    expect([paylink.orders.length, paylink.orders.at(-1)?.amount]).toEqual([501, 3]);
    for (const id of ['order-3', 'order-500', 'order-502']) {
      expect(pay(paylink, id).kind).toBe('unchanged');
      expect(pay(paylink, id, 2)).toMatchObject({ kind: 'refused', refusal: { code: 'conflict' } });
    }
    const refunded = pay(paylink, 'order-501', 1, 'refund');
    if (refunded.kind !== 'changed') throw new Error(refunded.kind);
    expect(refunded.paylink.orders.at(-1)).toMatchObject({ amount: 3, refunded: 1, status: 'PARTIALLY_REFUNDED' });
    expect(pay(refunded.paylink, 'order-501', 1, 'refund').kind).toBe('unchanged');
    expect(pay(refunded.paylink, 'order-501', 2, 'refund')).toMatchObject({ kind: 'refused' });
  });
});

describe('what others hand in', () => {
  it('metadata has at most 16 KiB of JSON, of the Paylink and of each line', () => {
    const metadata = (characters: number) => ({ a: 'x'.repeat(characters - '{"a":""}'.length) });
    const parse = (some: object) => CreateFields.safeParse(createBody(crypto.randomUUID(), some)).success;
    const line = (characters: number) => [{ price: 1, quantity: 1, metadata: metadata(characters) }];
    expect(parse({ metadata: metadata(16_384) })).toBe(true);
    expect(parse({ metadata: metadata(16_385) })).toBe(false);
    expect([parse({ lineItems: line(16_384) }), parse({ lineItems: line(16_385) })]).toEqual([true, false]);
  });

  it('a provider’s message id of more than 255 characters or with a control character is not kept, but the message was taken', () => {
    const [attempt] = attempts(1, { status: 'PENDING', messageId: null, acceptedAt: null });
    if (!attempt) throw new Error('none');
    const reported = (messageId: string) => applyReport(attempt, { kind: 'accepted', messageId }, now, 2);
    expect(reported('x'.repeat(255))).toMatchObject({ status: 'SENT', messageId: 'x'.repeat(255) });
    for (const id of ['x'.repeat(256), 'a\nb', 'a\u0000', '\u0085'])
      expect(reported(id)).toMatchObject({ status: 'SENT', messageId: null });
  });

  it('the largest Paylink there can be is an answer of less than 1 MiB', () => {
    const long = 'x'.repeat(255);
    // A body has at most 64 KiB: that is all that a merchant's own words can be.
    const item = (n: number): LineItem => ({
      id: `item-${n}`,
      sku: null,
      price: 1,
      quantity: 1,
      tax: null,
      description: long,
      category: null,
      metadata: null,
      createdAt: now,
      updatedAt: now,
    });
    const event = (n: number) => ({ ...anEvent(n), newValue: { status: 'SENT', reason: long } });
    const paylink = withEvents(0, {
      lineItems: Array.from({ length: 200 }, (_, n) => item(n)),
      metadata: { a: 'x'.repeat(16_000) },
      deliveryLogs: attempts(MAX, { reason: long, messageId: long }),
      events: Array.from({ length: MAX }, (_, n) => event(n)),
    });
    expect(JSON.stringify(renderPaylink(configOf(env), paylink, now)).length).toBeLessThan(1_048_576);
    expect(JSON.stringify(paylink).length).toBeLessThan(1_048_576);
  });
});
