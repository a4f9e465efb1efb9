import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gatesOf } from '../../src/admission/gate-client.ts';
import { outages } from '../../src/admission/outages.ts';
import { gatesWith, lost, unreachableGates } from './failing-gates.ts';
import {
  asking,
  bridge,
  desk,
  HUNDRED,
  nonceOf,
  objectConfig,
  parallel,
  someMerchant,
  startRedis,
  tally,
  upstashConfig,
} from './forms.ts';

const THREE = { limit: 3, windowSeconds: 60 };

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('when the gate cannot be reached', () => {
  it('a signed request is refused as unavailable', async () => {
    const before = outages.gate;
    const { admit } = desk(objectConfig(), unreachableGates());
    expect(await admit(asking(someMerchant(), { nonce: nonceOf('no-gate-nonce-01') }))).toEqual({
      kind: 'unavailable',
    });
    expect(outages.gate - before).toBe(1);
  });

  it('bearer requests go on, but not without a limit', async () => {
    const { admit } = desk(objectConfig(), unreachableGates());
    const merchant = someMerchant();
    const results = await parallel(10, () => admit(asking(merchant, { quota: THREE })));
    expect(tally(results)).toEqual({ admitted: 3, limited: 7, replayed: 0, unavailable: 0 });
    expect(results[0]).toEqual({ kind: 'admitted', quota: { ...THREE, remaining: 2, resetSeconds: 60 } });
  });
});

describe.skipIf(bridge === null)('when Upstash is there and the gate is not', () => {
  it('bearer requests notice nothing; a signed one is unavailable and costs nothing', async () => {
    const { admit, settled } = desk(upstashConfig(await startRedis()), unreachableGates());
    const merchant = someMerchant();
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await admit(asking(merchant, { quota: THREE }))).toMatchObject({
      kind: 'admitted',
      quota: { remaining: 2 },
    });
    const signed = asking(merchant, { quota: THREE, cost: 2, nonce: nonceOf('no-gate-nonce-02') });
    expect(await admit(signed)).toEqual({ kind: 'unavailable' });
    await settled();
    expect(await admit(asking(merchant, { quota: THREE }))).toMatchObject({
      kind: 'admitted',
      quota: { remaining: 1 },
    });
  });
});

describe.skipIf(bridge === null)('when neither Upstash nor the gate can be reached', () => {
  it('bearer requests are limited by the isolate, signed ones unavailable', async () => {
    const { admit } = desk(upstashConfig('/dead'), unreachableGates());
    const merchant = someMerchant();
    const signed = asking(merchant, { quota: THREE, nonce: nonceOf('no-gate-nonce-03') });
    expect(await admit(signed)).toEqual({ kind: 'unavailable' });
    const results = await parallel(10, () => admit(asking(merchant, { quota: THREE })));
    expect(tally(results)).toEqual({ admitted: 3, limited: 7, replayed: 0, unavailable: 0 });
  });
});

describe('asking a gate', () => {
  const request = { quota: HUNDRED, cost: 1, nonce: null };
  const asked = (gates: ReturnType<typeof gatesWith>) => gatesOf(gates, {}, () => {})(someMerchant(), request);

  it('is tried once more, on a new stub, when the runtime calls the failure retryable', async () => {
    const gates = gatesWith(async (call, real, asked) => {
      if (call === 1) throw lost({ retryable: true });
      return await real(asked);
    });
    expect(await asked(gates)).toMatchObject({ replayed: false, quota: { remaining: 99 } });
  });

  it('is not tried a third time', async () => {
    const between = vi.fn(async () => {
      throw lost({ retryable: true });
    });
    expect(await asked(gatesWith(between))).toBeNull();
    expect(between).toHaveBeenCalledTimes(2);
  });

  it.each([{ retryable: true, overloaded: true }, { overloaded: true }, {}])(
    'is not tried again after %o',
    async (flags) => {
      const between = vi.fn(async () => {
        throw lost(flags);
      });
      expect(await asked(gatesWith(between))).toBeNull();
      expect(between).toHaveBeenCalledTimes(1);
    },
  );

  it('does not take its own lost claim for a replay', async () => {
    const gates = gatesWith(async (call, real, asked) => {
      const answer = await real(asked);
      if (call === 1) throw lost({ retryable: true });
      return answer;
    });
    const { admit } = desk(objectConfig(), gates);
    const signed = asking(someMerchant(), { nonce: nonceOf('lost-answer-nonce') });
    expect((await admit(signed)).kind).toBe('admitted');
    expect(await admit(signed)).toEqual({ kind: 'replayed' });
  });

  it('ends after five seconds without an answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = asked(gatesWith(() => new Promise(() => {})));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await answer).toBeNull();
  });
});
