import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Provider, ProviderOutcome } from '../../src/delivery/port.ts';
import { type Bindings, configOf } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { SendClient } from '../../src/paylinks/coordinator/send-client.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aClaim, aReport, stored } from '../support/protocol.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { aCoordinator, lost, overloaded, tapped, tappedClaim } from '../support/tapped.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const email = { channels: ['EMAIL' as const] };
const never = () => new Promise<never>(() => {});

let merchant: Merchant;
let paylink: Paylink;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
});
beforeEach(async () => {
  paylink = await seedPaylink(merchant);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A context that remembers what goes on after the answer. */
function patient(bindings: Bindings = env) {
  const work: Promise<unknown>[] = [];
  return { ctx: { ...contextOf(merchant, bindings), waitUntil: (one: Promise<unknown>) => void work.push(one) }, work };
}

/** Time that passes only by waiting: for lost calls to be repeated. */
function ownTime(): void {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  vi.spyOn(scheduler, 'wait').mockImplementation(async (ms) => {
    vi.setSystemTime(Date.now() + ms);
  });
}

describe('a claim', () => {
  it('that is not answered within 3 s is given up: 503, no provider is asked, and it is released', async () => {
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider]);
    const { bindings, calls } = tapped({ claim: never });
    const { ctx, work } = patient(bindings);
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const sending = send(ctx, paylink.id, email);
    while (!calls.includes('claim')) await scheduler.wait(1);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(calls).toEqual(['claim']);
    await vi.advanceTimersByTimeAsync(1);
    expect(await sending).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable', retryAfterSeconds: 1 } });
    await Promise.all(work);
    expect([calls, received]).toEqual([['claim', 'release'], []]);
  });

  it.each([
    { what: 'lost', error: lost },
    { what: 'turned away by an overloaded object', error: overloaded },
  ])('that was $what is repeated on new stubs, backing off, for 3 s', async ({ error }) => {
    ownTime();
    const began = Date.now();
    const at: number[] = [];
    let stubs = 0;
    const claim = () => {
      at.push(Date.now() - began);
      return Promise.reject(error());
    };
    const client = new SendClient(() => {
      stubs += 1;
      return aCoordinator({ claim });
    }, began);
    const overloadedToo = error === overloaded;
    expect(await client.claim(aClaim(paylink))).toEqual({ kind: 'given_up', overloaded: overloadedToo });
    expect(at).toEqual([0, 50, 150, 350, 750, 1550]);
    expect(stubs).toBe(at.length);
  });

  it('of an isolate that has waited 14 s for D1 since it was started is not sent: the wait counts', async () => {
    const { bindings, calls } = tapped({});
    vi.useFakeTimers({ toFake: ['Date'] });
    const slow = new Proxy(env.DB, {
      get: (target, name) => {
        if (name !== 'prepare') return Reflect.get(target, name).bind(target);
        return (sql: string) => {
          if (sql.includes('recipient_key')) vi.setSystemTime(Date.now() + 14_001);
          return target.prepare(sql);
        };
      },
    });
    // A configuration of its own: nothing was asked with it yet.
    const ctx = { ...contextOf(merchant, { ...bindings, DB: slow }), config: { ...configOf(env) } };
    expect(await send(ctx, paylink.id, email)).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
    expect(calls).toEqual([]);
  });

  it('of a mutation whose turn comes after 14 s is not sent: its answer is UNAVAILABLE', async () => {
    const { bindings, calls } = tapped({});
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { ...email, elapsedMs: 14_001 });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable', retryAfterSeconds: 1 } });
    expect(calls).toEqual([]);
  });
});

describe('a provider call', () => {
  /** A provider that notes how long each call may take. */
  function timed(): { provider: Provider; timeouts: number[] } {
    const timeouts: number[] = [];
    const { provider } = scripted('mailchannels', 'EMAIL', accepted);
    const noting: Provider = {
      ...provider,
      send: (_, { timeoutMs }) => {
        timeouts.push(timeoutMs);
        return Promise.resolve(accepted());
      },
    };
    return { provider: noting, timeouts };
  }

  it.each([
    { elapsedMs: 0, timeoutMs: 10_000 },
    { elapsedMs: 12_000, timeoutMs: 5_000 },
    { elapsedMs: 14_000, timeoutMs: 3_000 },
  ])(
    'may take its time-out, and ends by 17 s ($elapsedMs ms into the invocation)',
    async ({ elapsedMs, timeoutMs }) => {
      const { provider, timeouts } = timed();
      await usingProviders(paylink.id, [provider]);
      vi.useFakeTimers({ toFake: ['Date'] });
      await send(contextOf(merchant), paylink.id, { ...email, elapsedMs });
      expect(timeouts).toEqual([timeoutMs]);
    },
  );

  it('has its time-out from when it got its slot', async () => {
    const { provider, timeouts } = timed();
    await usingProviders(paylink.id, [provider]);
    vi.useFakeTimers({ toFake: ['Date'] });
    const { bindings, claimed } = tappedClaim();
    const ctx = contextOf(merchant, bindings);
    const busy = Promise.withResolvers<void>();
    for (let slot = 0; slot < 4; slot += 1) void ctx.slots.run(() => busy.promise);
    const sending = send(ctx, paylink.id, { ...email, elapsedMs: 8_000 });
    await claimed;
    vi.setSystemTime(Date.now() + 2_000);
    busy.resolve();
    await sending;
    expect(timeouts).toEqual([7_000]);
  });

  it('is not begun when there is no time for it', async () => {
    const { provider, timeouts } = timed();
    await usingProviders(paylink.id, [provider]);
    vi.useFakeTimers({ toFake: ['Date'] });
    const { bindings } = tapped({
      claim: async (call) => {
        const reply = await call();
        vi.setSystemTime(Date.now() + 2_600);
        return reply;
      },
    });
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { ...email, elapsedMs: 14_000 });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
    expect(timeouts).toEqual([]);
  });

  it('may be given 10 s by the configuration, and not more', () => {
    expect(configOf({ ...env, PROVIDER_TIMEOUT_MS: '10000' }).PROVIDER_TIMEOUT_MS).toBe(10_000);
    expect(() => configOf({ ...env, PROVIDER_TIMEOUT_MS: '10001' })).toThrow('PROVIDER_TIMEOUT_MS');
  });
});

it('the answer is out 20 s after the invocation began, and what was under way goes on and is recorded', async () => {
  const answer = Promise.withResolvers<ProviderOutcome>();
  const asked = Promise.withResolvers<void>();
  const { provider } = scripted('mailchannels', 'EMAIL', () => {
    asked.resolve();
    return answer.promise;
  });
  await usingProviders(paylink.id, [provider]);
  const { ctx, work } = patient();
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const sending = send(ctx, paylink.id, { ...email, key: 'k', elapsedMs: 13_000 });
  await asked.promise;
  let isAnswered = false;
  void sending.then(() => {
    isAnswered = true;
  });
  await vi.advanceTimersByTimeAsync(6_000);
  expect(isAnswered).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await sending).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable', retryAfterSeconds: 1 } });
  vi.useRealTimers();
  answer.resolve(accepted());
  await Promise.all(work);
  expect(await stored(merchant, paylink.id)).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'SENT' }] });
  expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'sent', replayed: true });
});

it('a caller that hangs up changes nothing: claim, calls and reports are registered before the claim is sent', async () => {
  const order: string[] = [];
  const { provider } = scripted('mailchannels', 'EMAIL', accepted);
  await usingProviders(paylink.id, [provider]);
  const { bindings } = tapped({
    claim: (call) => {
      order.push('claim');
      return call();
    },
  });
  const work: Promise<unknown>[] = [];
  const ctx = {
    ...contextOf(merchant, bindings),
    waitUntil: (one: Promise<unknown>) => {
      order.push('registered');
      work.push(one);
    },
  };
  // Nobody waits for this answer.
  void send(ctx, paylink.id, email);
  await expect.poll(() => work.length).toBe(1);
  await Promise.all(work);
  expect(order).toEqual(['registered', 'claim']);
  expect(await stored(merchant, paylink.id)).toMatchObject({ status: 'SENT' });
});

it('reports are repeated on new stubs, backing off, until 29 s after the invocation began', async () => {
  ownTime();
  const began = Date.now();
  const at: number[] = [];
  let stubs = 0;
  const errors = [lost, overloaded, () => new TypeError('a bug of the other release')];
  const report = () => {
    at.push(Date.now() - began);
    return Promise.reject((errors[at.length % 3] ?? lost)());
  };
  const client = new SendClient(() => {
    stubs += 1;
    return aCoordinator({ report });
  }, began);
  const command = aClaim(paylink);
  const grant = { attemptId: 'a', channel: 'EMAIL', provider: 'resend', recipient: 'ada@example.com' } as const;
  expect(await client.report(aReport(command, grant, accepted()))).toBeNull();
  expect(at.slice(0, 8)).toEqual([0, 50, 150, 350, 750, 1550, 3150, 5150]);
  expect(at.at(-1)).toBeLessThan(29_000);
  expect(at.at(-1)).toBeGreaterThanOrEqual(27_000);
  expect(stubs).toBe(at.length);
});
