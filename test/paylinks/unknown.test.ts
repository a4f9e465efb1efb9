import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { deliveriesOf, type Hook, seedHook } from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aClaim, aReport, asking, claim, grantsOf, report, ring, statuses, stored, told } from '../support/protocol.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { seedPaylink } from '../support/verbs.ts';

const accepted: ProviderOutcome = { kind: 'accepted', messageId: 'm' };
const refused: ProviderOutcome = { kind: 'refused', by: 'provider', reason: 'answered 429' };
const unknown: ProviderOutcome = { kind: 'unknown', reason: 'time-out' };
const minutes = 60_000;

let merchant: Merchant;
let hook: Hook;
let paylink: Paylink;
let start: number;
let now: number;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
});
beforeEach(async () => {
  start = Date.now();
  now = start;
  hook = await seedHook(merchant, { eventTypes: ['*'] });
  paylink = await seedPaylink(merchant);
  const providers = (['mailchannels', 'resend'] as const).map((name) => scripted(name, 'EMAIL', () => accepted));
  await usingProviders(
    paylink.id,
    providers.map(({ provider }) => provider),
    () => now,
  );
});

const current = () => stored(merchant, paylink.id);
/** Has time pass until so long after the start (ms), ringing each alarm when the object has set it. */
async function until(after: number): Promise<void> {
  for (;;) {
    const due = await inCoordinator(paylink.id, (_, { storage }) =>
      storage.sql
        .exec<{ at: number | null }>('SELECT min(operation_due) AS at FROM journal WHERE paylink_id = ?', paylink.id)
        .one(),
    );
    if (due.at === null || due.at > start + after) break;
    now = Math.max(now, due.at);
    await ring(paylink.id);
  }
  now = start + after;
}
const unknownEvents = async () =>
  (await current()).events.filter(({ newValue }) => newValue?.deliveryStatus === 'UNKNOWN');

describe('an attempt that is UNKNOWN', () => {
  it.each([
    { how: 'as nobody reported it', end: async () => void (await asking(paylink)) },
    { how: 'as its provider did not say', end: async () => void (await (await asking(paylink)).report(unknown)) },
  ])('$how is told two minutes after its grant, once: event and delivery.unknown', async ({ end }) => {
    await end();
    await until(2 * minutes - 1);
    expect(await unknownEvents()).toEqual([]);
    await until(2 * minutes);
    const events = await unknownEvents();
    const attemptId = (await current()).deliveryLogs[0]?.id;
    const value = { status: 'CREATED', deliveryLogId: attemptId };
    expect(events).toMatchObject([
      {
        type: 'DELIVERY_UPDATED',
        createdBy: 'System',
        createdAt: start + 2 * minutes,
        oldValue: { ...value, deliveryStatus: 'PENDING' },
        newValue: { ...value, deliveryStatus: 'UNKNOWN' },
      },
    ]);
    await until(12 * 60 * minutes);
    expect(await unknownEvents()).toEqual(events);
    const hooks = (await deliveriesOf(hook.endpoint.id)).filter((one) => one.event_type === 'delivery.unknown');
    expect(hooks.map(({ payload }) => JSON.parse(payload))).toMatchObject([
      {
        type: 'delivery.unknown',
        data: { paylinkId: paylink.id, deliveryLogId: attemptId, deliveryMethod: 'EMAIL', deliveryStatus: 'UNKNOWN' },
      },
    ]);
  });

  it('of a fail-over is told two minutes after its own grant', async () => {
    const call = await asking(paylink);
    now += 12_000;
    const [next] = grantsOf(await call.report(refused));
    if (!next) throw new Error('no grant');
    await report(aReport(call.command, next, unknown));
    await until(2 * minutes + 11_999);
    expect(await unknownEvents()).toEqual([]);
    await until(2 * minutes + 12_000);
    expect(await unknownEvents()).toMatchObject([{ newValue: { deliveryLogId: next.attemptId } }]);
  });

  it('and is settled within two minutes is not told', async () => {
    const call = await asking(paylink);
    await until(1 * minutes);
    expect(statuses(await current())).toEqual(['UNKNOWN']);
    await call.report(accepted);
    await until(60 * minutes);
    expect(await unknownEvents()).toEqual([]);
  });
});

describe('a person who settles an attempt', () => {
  const settle = (attemptId: string, status: 'SENT' | 'FAILED') =>
    coordinatorStub(paylink.id).change(paylink.id, null, { kind: 'settle', attemptId, status, createdBy: 'Operator' });
  /** How a repeat under the same key is answered. */
  const repeated = async () => {
    const reply = await claim(aClaim(paylink, { key: 'k' }));
    return reply.kind === 'ended' ? reply.result.kind : reply.kind;
  };

  it.each([
    { status: 'SENT', paylinkStatus: 'SENT', event: 'SENT', result: 'sent' },
    { status: 'FAILED', paylinkStatus: 'FAILED', event: 'SEND_FAILED', result: 'failed' },
  ] as const)('as $status writes the conclusion, is named in the log, and never frees the key', async (one) => {
    const call = await asking(paylink, { key: 'k' });
    await call.report(unknown);
    const reply = await settle(call.grant.attemptId, one.status);
    expect(reply).toMatchObject({ kind: 'done', changed: true });
    const after = await current();
    expect(after).toMatchObject({ status: one.paylinkStatus, deliveryLogs: [{ settledBy: 'person' }] });
    expect([statuses(after), told(after)]).toEqual([[one.status], ['DELIVERY_UPDATED', one.event]]);
    expect(after.events.at(1)).toMatchObject({ createdBy: 'Operator' });
    expect(await repeated()).toBe(one.result);
    now += 24 * 60 * minutes;
    await ring(paylink.id);
    expect(await repeated()).toBe(one.result);
  });

  it('the same way again changes nothing, and another way is refused', async () => {
    const call = await asking(paylink);
    await call.report(unknown);
    await settle(call.grant.attemptId, 'FAILED');
    const before = await current();
    expect(await settle(call.grant.attemptId, 'FAILED')).toMatchObject({ kind: 'done', changed: false });
    expect(await settle(call.grant.attemptId, 'SENT')).toMatchObject({ refusal: { code: 'not_unknown' } });
    expect(await current()).toEqual(before);
  });

  it('is refused for an attempt that is PENDING, was accepted or refused, and for none', async () => {
    const call = await asking(paylink, { key: 'a' });
    expect(await settle(call.grant.attemptId, 'SENT')).toMatchObject({ refusal: { code: 'not_unknown' } });
    await call.report(accepted);
    expect(await settle(call.grant.attemptId, 'SENT')).toMatchObject({ refusal: { code: 'not_unknown' } });
    const other = await asking(paylink, { key: 'b' });
    await other.report({ ...refused, by: 'recipient' });
    expect(await settle(other.grant.attemptId, 'FAILED')).toMatchObject({ refusal: { code: 'not_unknown' } });
    expect(await settle('none', 'FAILED')).toMatchObject({ refusal: { code: 'not_found' } });
  });
});
