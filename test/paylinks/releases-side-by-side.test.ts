import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { providerBreaker } from '../../src/delivery/circuit-breaker.ts';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { type Bindings, configOf } from '../../src/env.ts';
import type { DeliveryEvent } from '../../src/model/delivery.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import type { CoordinatorRpc, PredecessorSend } from '../../src/paylinks/coordinator/rpc.ts';
import { receiveDeliveryEvents, sweepProviderEvents } from '../../src/paylinks/delivery-events.ts';
import { sendFingerprint } from '../../src/paylinks/domain/idempotency.ts';
import { anAttempt, attemptInD1, freshPaylinks, seedSent } from '../support/attempts.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aClaim, claim, ring } from '../support/protocol.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { aCoordinator, lost, tapped } from '../support/tapped.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused = (): ProviderOutcome => ({ kind: 'refused', by: 'provider', reason: 'answered 429' });
const email = { channels: ['EMAIL' as const] };
const fingerprint = sendFingerprint(['EMAIL'], null);
const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);

let merchant: Merchant;
let like: Paylink;
let now: number;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
  like = await seedPaylink(merchant);
});
beforeEach(() => {
  now = Date.now();
  received.length = 0;
  providerBreaker.record('mailchannels', { kind: 'accepted' }, now);
});
afterEach(() => {
  vi.restoreAllMocks();
});
const freshPaylink = freshPaylinks(() => like);

/** A send as a Worker of the release before asks for it. */
const oldSend = (paylink: Paylink, some: Partial<PredecessorSend> = {}): PredecessorSend => ({
  ...aClaim(paylink),
  again: false,
  waitMs: 0,
  ...some,
});

describe('an old Worker with a new coordinator', () => {
  const ask = (command: PredecessorSend) => coordinatorStub(command.paylinkId).send(command);
  const outcomeOf = (reply: Awaited<ReturnType<CoordinatorRpc['send']>>) =>
    reply.answer.kind === 'ended'
      ? { ...JSON.parse(reply.answer.outcome), replayed: reply.answer.replayed }
      : reply.answer;

  it('has its send done inside the object, fail-over and all, and its repeat answered', async () => {
    const paylink = await freshPaylink();
    const first = scripted('mailchannels', 'EMAIL', refused);
    const second = scripted('resend', 'EMAIL', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider], () => now);
    const reply = await ask(oldSend(paylink, { key: 'k' }));
    expect(outcomeOf(reply)).toMatchObject({ kind: 'sent', replayed: false, paylink: { status: 'SENT' } });
    expect(reply.reports).toEqual([
      { provider: 'mailchannels', outcome: 'refused', by: 'provider' },
      { provider: 'resend', outcome: 'accepted' },
    ]);
    expect(outcomeOf(await ask(oldSend(paylink, { key: 'k' })))).toMatchObject({ kind: 'sent', replayed: true });
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
  });

  it('shares operations with new Workers: each waits for the other’s, and gets its end', async () => {
    const paylink = await freshPaylink();
    const answer = Promise.withResolvers<ProviderOutcome>();
    const held = scripted('mailchannels', 'EMAIL', () => answer.promise);
    await usingProviders(paylink.id, [held.provider], () => now);
    const old = ask(oldSend(paylink, { key: 'k' }));
    await expect.poll(() => held.received.length).toBe(1);
    const idempotency = { key: 'k', waitSeconds: 20 };
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({
      refusal: { code: 'idempotency_in_progress' },
    });
    const waiting = [
      send(contextOf(merchant), paylink.id, { ...email, idempotency }),
      ask(oldSend(paylink, { key: 'k', waitMs: 20_000 })).then(outcomeOf),
    ];
    answer.resolve(accepted());
    expect(outcomeOf(await old)).toMatchObject({ kind: 'sent', replayed: false });
    for (const one of await Promise.all(waiting)) expect(one).toMatchObject({ kind: 'sent', replayed: true });
    expect(held.received).toHaveLength(1);
  });

  it('asks again for a send that is under way, and is answered without a second call', async () => {
    const paylink = await freshPaylink();
    const answer = Promise.withResolvers<ProviderOutcome>();
    const held = scripted('mailchannels', 'EMAIL', () => answer.promise);
    await usingProviders(paylink.id, [held.provider], () => now);
    const command = oldSend(paylink, { key: 'k' });
    const [first, again] = [ask(command), ask({ ...command, again: true })];
    await expect.poll(() => held.received.length).toBe(1);
    answer.resolve(accepted());
    for (const reply of await Promise.all([first, again])) {
      expect(outcomeOf(reply)).toMatchObject({ kind: 'sent', replayed: false });
    }
    expect(held.received).toHaveLength(1);
  });

  it('asks again for a send that the object’s last life had begun, and no provider is asked a second time', async () => {
    const paylink = await freshPaylink();
    const silent = scripted('mailchannels', 'EMAIL', () => new Promise<ProviderOutcome>(() => {}));
    await usingProviders(paylink.id, [silent.provider], () => now);
    const command = oldSend(paylink, { key: 'k' });
    const first = ask(command).catch(() => 'lost');
    await expect.poll(() => silent.received.length).toBe(1);
    await abortAllDurableObjects();
    expect(await first).toBe('lost');
    await usingProviders(paylink.id, [silent.provider], () => now);
    const again = ask({ ...command, again: true });
    // Recipients are looked up in the order of asking: once this claim is answered, a repeated one would have been granted.
    await claim(aClaim(paylink, { key: 'other' }));
    now += 30_000;
    await ring(paylink.id);
    expect(outcomeOf(await again)).toMatchObject({ kind: 'pending' });
    expect(silent.received).toHaveLength(1);
  });
});

describe('a new Worker with an old coordinator', () => {
  const unknownMethod = (name: string) => () =>
    Promise.reject(new TypeError(`The RPC receiver does not implement the method "${name}".`));
  const unexpected = () => Promise.reject(new Error('an unexpected call'));
  /** Coordinators of releases before: one call sends, and none takes many callbacks. */
  function oldObjects(reply: CoordinatorRpc['send']): { bindings: Bindings; asked: PredecessorSend[] } {
    const asked: PredecessorSend[] = [];
    const old = aCoordinator({
      claim: unknownMethod('claim'),
      report: unknownMethod('report'),
      release: unknownMethod('release'),
      deliveryEvents: unknownMethod('deliveryEvents'),
      expire: unknownMethod('expire'),
      send: (command) => {
        asked.push(command);
        return reply(command);
      },
    });
    const COORDINATOR = new Proxy(env.COORDINATOR, {
      get: (target, name) => (name === 'get' ? () => old : Reflect.get(target, name).bind(target)),
    });
    return { bindings: { ...env, COORDINATOR }, asked };
  }
  const ended = (paylink: Paylink, replayed = false): Awaited<ReturnType<CoordinatorRpc['send']>> => {
    const outcome = JSON.stringify({ kind: 'sent', paylink, accepted: ['EMAIL'], replayed: false });
    return {
      answer: { kind: 'ended', outcome, replayed },
      reports: [{ provider: 'mailchannels', outcome: 'accepted' }],
    };
  };

  it('has it send, and asks no provider itself', async () => {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider]);
    const { bindings, asked } = oldObjects(async () => ended(paylink));
    const outcome = await send(contextOf(merchant, bindings), paylink.id, {
      ...email,
      idempotency: { key: 'k', waitSeconds: 7 },
    });
    expect(outcome).toMatchObject({ kind: 'sent', replayed: false, accepted: ['EMAIL'], paylink: { id: paylink.id } });
    expect(asked).toMatchObject([{ key: 'k', waitMs: 7_000, again: false, channels: ['EMAIL'], fingerprint }]);
    expect(received).toEqual([]);
  });

  it('stores a callback that it cannot apply, and the sweep brings it to the new one', async () => {
    const attempt = anAttempt({ provider: 'resend', createdAt: now, recipientHash: like.emailHash ?? '' });
    const paylink = await seedSent(merchant, [attempt]);
    const { bindings } = oldObjects(unexpected);
    const event: DeliveryEvent = {
      ...{ id: `resend:${attempt.id}`, provider: 'resend', attemptId: attempt.id, paylinkId: paylink.id },
      ...{ messageId: null, status: 'DELIVERED', suppression: null, reason: null },
    };
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await receiveDeliveryEvents(bindings, configOf(env), [event], now)).toEqual({ fresh: 1 });
    expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'SENT' });
    await sweepProviderEvents(env, configOf(env), now + 60_000);
    expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'DELIVERED' });
  });

  it('asks it again under the same operation id when its answer was lost, and says that it does', async () => {
    const paylink = await freshPaylink();
    let calls = 0;
    const { bindings, asked } = oldObjects(() => {
      calls += 1;
      return calls === 1 ? Promise.reject(lost()) : Promise.resolve(ended(paylink, true));
    });
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { ...email, key: 'k' });
    expect(outcome).toMatchObject({ kind: 'sent', replayed: true });
    expect(asked.map(({ again }) => again)).toEqual([false, true]);
    expect(new Set(asked.map(({ operationId }) => operationId)).size).toBe(1);
  });

  it('passes its refusals on, and learns of its providers’ faults', async () => {
    const paylink = await freshPaylink();
    const refusal = { code: 'not_active', detail: 'The Paylink is not active.' } as const;
    const { bindings } = oldObjects(async () => ({
      answer: { kind: 'refused', refusal },
      reports: Array.from({ length: 3 }, () => ({ provider: 'mailchannels', outcome: 'unknown' }) as const),
    }));
    expect(await send(contextOf(merchant, bindings), paylink.id, email)).toEqual({ kind: 'refused', refusal });
    expect(providerBreaker.open(Date.now())).toContain('mailchannels');
  });

  it('whose coordinator becomes an old one in the middle of a send reports until a new one hears it', async () => {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider], () => now);
    let reports = 0;
    const { bindings } = tapped({
      report: (call) => {
        reports += 1;
        return reports < 3 ? unknownMethod('report')() : call();
      },
    });
    expect(await send(contextOf(merchant, bindings), paylink.id, { ...email, key: 'k' })).toMatchObject({
      kind: 'sent',
    });
    expect([reports, received.length]).toEqual([3, 1]);
  });

  it('whose coordinator becomes a new one in the middle of a claim gets its grant', async () => {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider], () => now);
    let claims = 0;
    const { bindings } = tapped({
      claim: (call) => {
        claims += 1;
        return claims === 1 ? Promise.reject(lost()) : call();
      },
    });
    expect(await send(contextOf(merchant, bindings), paylink.id, email)).toMatchObject({ kind: 'sent' });
    expect([claims, received.length]).toEqual([2, 1]);
  });
});
