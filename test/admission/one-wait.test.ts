import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { admission } from '../../src/admission/admit.ts';
import { BlockedCache } from '../../src/admission/blocked-cache.ts';
import { IsolateQuota } from '../../src/admission/isolate-quota.ts';
import type { AdmissionRequest, GateAnswer } from '../../src/admission/port.ts';
import type { UpstashAnswer } from '../../src/admission/upstash.ts';
import type { Config } from '../../src/env.ts';
import {
  asking,
  bridge,
  desk,
  HUNDRED,
  nonceOf,
  objectConfig,
  someMerchant,
  startRedis,
  upstashConfig,
} from './forms.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The gates, counting how often one is asked. */
function countedGates(): { gates: typeof env.GATE; calls: () => number } {
  let calls = 0;
  const gates = new Proxy(env.GATE, {
    get(target, name) {
      if (name === 'get') calls += 1;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { gates, calls: () => calls };
}

/** What one admission costs: calls to the gate and fetches, on a warm isolate and script. */
async function cost(config: Config, more: Partial<AdmissionRequest> = {}, merchant = someMerchant()) {
  const { gates, calls } = countedGates();
  const { admit, settled } = desk(config, gates);
  await admit(asking(someMerchant(), { cost: more.cost ?? 1 }));
  const fetches = vi.spyOn(globalThis, 'fetch');
  const before = calls();
  const answer = await admit(asking(merchant, more));
  const spent = { gate: calls() - before, fetches: fetches.mock.calls.length, kind: answer.kind };
  await settled();
  fetches.mockRestore();
  return spent;
}

const signedNow = () => ({ nonce: nonceOf(crypto.randomUUID()) });

/** Uses a quota of one up, so that the isolate learns that the merchant is blocked. */
async function blockedMerchant(config: Config) {
  const merchant = someMerchant();
  const quota = { limit: 1, windowSeconds: 60 };
  const { admit } = desk(config);
  await admit(asking(merchant, { quota }));
  await admit(asking(merchant, { quota }));
  return { merchant, quota };
}

describe('by the gate, an admission', () => {
  it('is one call, signed or not', async () => {
    expect(await cost(objectConfig())).toEqual({ gate: 1, fetches: 0, kind: 'admitted' });
    expect(await cost(objectConfig(), signedNow())).toEqual({ gate: 1, fetches: 0, kind: 'admitted' });
  });

  it('costs nothing for a merchant known to be blocked', async () => {
    const { merchant, quota } = await blockedMerchant(objectConfig());
    const asked = { quota, ...signedNow() };
    expect(await cost(objectConfig(), asked, merchant)).toEqual({ gate: 0, fetches: 0, kind: 'limited' });
  });
});

describe.skipIf(bridge === null)('by Upstash, an admission', () => {
  it('is one call, of any cost', async () => {
    const config = upstashConfig(await startRedis());
    expect(await cost(config)).toEqual({ gate: 0, fetches: 1, kind: 'admitted' });
    expect(await cost(config, { cost: 7 })).toEqual({ gate: 0, fetches: 1, kind: 'admitted' });
  });

  it('is one call and a call to the gate when signed', async () => {
    const config = upstashConfig(await startRedis());
    expect(await cost(config, signedNow())).toEqual({ gate: 1, fetches: 1, kind: 'admitted' });
  });

  it('costs nothing for a merchant known to be blocked', async () => {
    const config = upstashConfig(await startRedis());
    const { merchant, quota } = await blockedMerchant(config);
    const asked = { quota, ...signedNow() };
    expect(await cost(config, asked, merchant)).toEqual({ gate: 0, fetches: 0, kind: 'limited' });
  });
});

describe('a signed admission by Upstash', () => {
  const free: UpstashAnswer = { admitted: true, remaining: 99, resetMs: 60_000, blockedMs: 0, charged: true };

  /** Upstash and the gate answer when the test says so. */
  function byHand() {
    const gate = Promise.withResolvers<GateAnswer | null>();
    const upstash = Promise.withResolvers<UpstashAnswer>();
    const askGate = vi.fn(() => gate.promise);
    const ask = vi.fn(() => upstash.promise);
    const giveBack = vi.fn(async () => {});
    const { admit } = admission({
      askGate,
      upstash: { ask, giveBack },
      blocked: new BlockedCache(10),
      isolateQuota: new IsolateQuota(10),
      waitUntil: () => {},
    });
    return { admit, gate, upstash, askGate, ask, giveBack };
  }

  it('asks both before either has answered', async () => {
    const { admit, gate, upstash, askGate, ask } = byHand();
    const answer = admit(asking('m', signedNow()));
    await Promise.resolve();
    expect([askGate.mock.calls.length, ask.mock.calls.length]).toEqual([1, 1]);
    upstash.resolve(free);
    gate.resolve({ replayed: false, quota: null });
    expect((await answer).kind).toBe('admitted');
  });

  it('gives back what a replay used', async () => {
    const { admit, gate, upstash, giveBack } = byHand();
    upstash.resolve(free);
    gate.resolve({ replayed: true });
    expect(await admit(asking('m', { cost: 3, ...signedNow() }))).toEqual({ kind: 'replayed' });
    expect(giveBack).toHaveBeenCalledExactlyOnceWith('m', expect.anything(), 3, expect.any(Number));
  });

  it('gives back a refused cost at once, before the gate has answered, and only once', async () => {
    const { admit, gate, upstash, giveBack } = byHand();
    const answer = admit(asking('m', { cost: 3, ...signedNow() }));
    upstash.resolve({ admitted: false, remaining: 2, resetMs: 9_000, blockedMs: 0, charged: true });
    await vi.waitFor(() => expect(giveBack).toHaveBeenCalledExactlyOnceWith('m', HUNDRED, 3, expect.any(Number)));
    gate.resolve({ replayed: true });
    expect(await answer).toEqual({ kind: 'replayed' });
    expect(giveBack).toHaveBeenCalledOnce();
  });

  it('gives nothing back when Upstash had refused it uncharged', async () => {
    const { admit, gate, upstash, giveBack } = byHand();
    upstash.resolve({ admitted: false, remaining: 0, resetMs: 9_000, blockedMs: 1_000, charged: false });
    gate.resolve({ replayed: true });
    expect(await admit(asking('m', signedNow()))).toEqual({ kind: 'replayed' });
    expect(giveBack).not.toHaveBeenCalled();
  });
});
