import { abortAllDurableObjects } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { providerBreaker } from '../../src/delivery/circuit-breaker.ts';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { cancelPaylink } from '../../src/paylinks/transitions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aPayment } from '../support/payments.ts';
import { aClaim, asking, claim, ring, statuses, stored } from '../support/protocol.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { lost, tapped } from '../support/tapped.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused = (): ProviderOutcome => ({ kind: 'refused', by: 'provider', reason: 'answered 429' });
const unknown = (): ProviderOutcome => ({ kind: 'unknown', reason: 'time-out' });
const email = { channels: ['EMAIL' as const] };

let merchant: Merchant;
let paylink: Paylink;
let now: number;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
});
beforeEach(async () => {
  providerBreaker.record('mailchannels', { kind: 'accepted' }, Date.now());
  now = Date.now();
  paylink = await seedPaylink(merchant);
  await usingProviders(paylink.id, [scripted('mailchannels', 'EMAIL', accepted).provider], () => now);
});
afterEach(() => {
  vi.useRealTimers();
});

const cancel = () => cancelPaylink(contextOf(merchant), paylink.id);
const inProgress = { kind: 'refused', refusal: { code: 'send_in_progress' } };
const current = () => stored(merchant, paylink.id);
const change = (command: Parameters<ReturnType<typeof coordinatorStub>['change']>[2]) =>
  coordinatorStub(paylink.id).change(paylink.id, null, command);
const isCanceled = () => expect.poll(async () => (await current()).status).toBe('CANCELED');
/** Has ten seconds pass for a cancel that waits, and gives its answer. */
async function afterTenSeconds<T>(work: () => Promise<T>): Promise<T> {
  const waits: number[] = [];
  const real = globalThis.setTimeout;
  const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback, ms, ...args) => {
    if (ms === undefined || ms < 9_000) return real(callback, ms, ...args);
    waits.push(ms);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    return real(callback, 0, ...args);
  });
  try {
    return await work();
  } finally {
    spy.mockRestore();
    vi.useRealTimers();
    expect(waits.length).toBeGreaterThan(0);
  }
}

describe('a cancel', () => {
  it('is committed when it is asked, and answered 204 when the call in flight was reported', async () => {
    const call = await asking(paylink);
    let isAnswered = false;
    const canceled = cancel().finally(() => {
      isAnswered = true;
    });
    await isCanceled();
    expect(await claim(aClaim(paylink, { key: 'other' }))).toMatchObject({ refusal: { code: 'not_active' } });
    expect(isAnswered).toBe(false);
    await call.report(accepted());
    expect(await canceled).toEqual({ kind: 'done', replayed: false });
    expect(await current()).toMatchObject({ status: 'CANCELED', deliveryLogs: [{ status: 'SENT' }] });
  });

  it('is answered 409 send_in_progress after 10 s, asked again 204 once the call has ended, and then 400 already_canceled', async () => {
    const call = await asking(paylink);
    expect(await afterTenSeconds(cancel)).toMatchObject({
      ...inProgress,
      refusal: { detail: 'It is cancelled; one message may still arrive.', retryAfterSeconds: 1 },
    });
    expect(await current()).toMatchObject({ status: 'CANCELED' });
    expect(await afterTenSeconds(cancel)).toMatchObject(inProgress);
    await call.report(accepted());
    expect(await cancel()).toEqual({ kind: 'done', replayed: false });
    expect(await cancel()).toMatchObject({ refusal: { code: 'already_canceled' } });
  });

  it('waits for no call that was granted 30 s ago: its Worker has ended', async () => {
    await asking(paylink);
    now += 30_000;
    expect(await cancel()).toEqual({ kind: 'done', replayed: false });
  });

  it('asked twice at once is answered 204 twice', async () => {
    const call = await asking(paylink);
    const cancels = [cancel(), cancel()];
    await isCanceled();
    await call.report(accepted());
    expect(await Promise.all(cancels)).toEqual([
      { kind: 'done', replayed: false },
      { kind: 'done', replayed: false },
    ]);
    expect(await cancel()).toMatchObject({ refusal: { code: 'already_canceled' } });
    expect((await current()).events.filter(({ type }) => type === 'CANCELED')).toHaveLength(1);
  });

  it('whose coordinator is reset while it waits is asked again by its Worker, and waits in the next life', async () => {
    const call = await asking(paylink);
    const again = Promise.withResolvers<void>();
    let calls = 0;
    const { bindings } = tapped({
      change: (real) => {
        calls += 1;
        if (calls > 1) again.resolve();
        // The platform marks a reset; the local runtime does not.
        return real().catch(() => Promise.reject(lost()));
      },
    });
    let isAnswered = false;
    const canceled = cancelPaylink(contextOf(merchant, bindings), paylink.id).finally(() => {
      isAnswered = true;
    });
    await isCanceled();
    await abortAllDurableObjects();
    await again.promise;
    await coordinatorStub(paylink.id).ping();
    expect(isAnswered).toBe(false);
    await call.report(accepted());
    expect(await canceled).toEqual({ kind: 'done', replayed: false });
  });

  it('whose answer was lost after 204 is answered 204 to the same Worker', async () => {
    let calls = 0;
    const { bindings } = tapped({
      change: async (real) => {
        const reply = await real();
        calls += 1;
        if (calls === 1) throw lost();
        return reply;
      },
    });
    expect(await cancelPaylink(contextOf(merchant, bindings), paylink.id)).toEqual({ kind: 'done', replayed: false });
    expect(await cancel()).toMatchObject({ refusal: { code: 'already_canceled' } });
  });

  it('that a reset left unanswered is answered 204 when it is asked again, once the call has ended', async () => {
    const call = await asking(paylink);
    const unanswered = change({ kind: 'cancel', createdBy: 'API Key' }).catch(() => 'lost');
    await isCanceled();
    await abortAllDurableObjects();
    expect(await unanswered).toBe('lost');
    let isAnswered = false;
    const canceled = cancel().finally(() => {
      isAnswered = true;
    });
    await coordinatorStub(paylink.id).ping();
    expect(isAnswered).toBe(false);
    await call.report(accepted());
    expect(await canceled).toEqual({ kind: 'done', replayed: false });
  });
});

describe('after a cancel', () => {
  it('a part payment leaves the Paylink CANCELED, nothing can be sent, and the full payment makes it PAID', async () => {
    await cancel();
    await change({ kind: 'payment', payment: aPayment({ orderId: 'part', amount: 10 }) });
    expect(await current()).toMatchObject({ status: 'CANCELED', approvedAmount: 10, orders: [{ amount: 10 }] });
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ refusal: { code: 'not_active' } });
    await change({ kind: 'payment', payment: aPayment({ orderId: 'rest', amount: 1_000 }) });
    expect(await current()).toMatchObject({ status: 'PAID', approvedAmount: 1_010 });
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ refusal: { code: 'not_active' } });
  });

  it('nothing is claimed, granted or asked again, also by the next life of the object', async () => {
    const asked: string[] = [];
    const settle = async () => {
      asked.push('settle');
      return accepted();
    };
    const first = scripted('resend', 'EMAIL', unknown, settle);
    const second = scripted('mailchannels', 'EMAIL', accepted);
    const use = () => usingProviders(paylink.id, [first.provider, second.provider], () => now);
    await use();
    await send(contextOf(merchant), paylink.id, { ...email, key: 'k' });
    const { command, report } = await asking(paylink, { key: 'l' });
    const canceled = change({ kind: 'cancel', createdBy: 'API Key' }).catch(() => 'lost');
    await isCanceled();
    await abortAllDurableObjects();
    await use();
    expect(await claim(aClaim(paylink, { key: 'm' }))).toMatchObject({ refusal: { code: 'not_active' } });
    expect(await report(refused())).toMatchObject({ kind: 'ended', result: { kind: 'failed' } });
    expect(await claim({ ...command })).toMatchObject({ kind: 'ended' });
    expect(await canceled).toBe('lost');
    expect(await cancel()).toEqual({ kind: 'done', replayed: false });
    for (const later of [31_000, 120_000, 3_600_000]) {
      now += later;
      await ring(paylink.id);
    }
    expect([asked, first.received.length, second.received.length]).toEqual([[], 1, 0]);
    expect(statuses(await current())).toEqual(['UNKNOWN', 'FAILED']);
  });

  it('a fail-over in flight ends: the call under way is the last, and then the cancel is answered', async () => {
    let canceled: ReturnType<typeof cancel> | undefined;
    const first = scripted('mailchannels', 'EMAIL', async () => {
      canceled = cancel();
      await isCanceled();
      return refused();
    });
    const second = scripted('resend', 'EMAIL', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider], () => now);
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ kind: 'failed' });
    expect(await canceled).toEqual({ kind: 'done', replayed: false });
    expect(second.received).toEqual([]);
    expect(await current()).toMatchObject({ status: 'CANCELED', deliveryLogs: [{ status: 'FAILED' }] });
  });
});

describe('a question of the reconciler that is under way', () => {
  /** An unknown attempt that the alarm asks about; the provider answers when told to. */
  async function questioned(settles: 'repeat' | 'lookup') {
    const question = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<ProviderOutcome>();
    const settle = async () => {
      question.resolve();
      return answer.promise;
    };
    const { provider } = scripted('resend', 'EMAIL', unknown, settle, settles);
    await usingProviders(paylink.id, [provider], () => now);
    await send(contextOf(merchant), paylink.id, email);
    now += 31_000;
    const rung = ring(paylink.id);
    await question.promise;
    return { rung, answer };
  }

  it('that could send (`repeat`) holds a cancel’s 204 back until it is answered', async () => {
    const { rung, answer } = await questioned('repeat');
    let isAnswered = false;
    const canceled = cancel().finally(() => {
      isAnswered = true;
    });
    await isCanceled();
    expect(isAnswered).toBe(false);
    answer.resolve(accepted());
    expect(await canceled).toEqual({ kind: 'done', replayed: false });
    await rung;
    expect(await current()).toMatchObject({ status: 'CANCELED', deliveryLogs: [{ status: 'SENT' }] });
  });

  it('that only reads (`lookup`) does not hold it back', async () => {
    const { rung, answer } = await questioned('lookup');
    expect(await cancel()).toEqual({ kind: 'done', replayed: false });
    answer.resolve(unknown());
    await rung;
  });
});
