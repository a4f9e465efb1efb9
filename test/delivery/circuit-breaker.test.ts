import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProviderBreaker } from '../../src/delivery/circuit-breaker.ts';

const unknown = { kind: 'unknown' } as const;
const byProvider = { kind: 'refused', by: 'provider' } as const;
const byRecipient = { kind: 'refused', by: 'recipient' } as const;
const accepted = { kind: 'accepted' } as const;

const broken = () => {
  const breaker = new ProviderBreaker();
  for (const outcome of [unknown, byProvider, unknown]) breaker.record('twilio', outcome, 1000);
  return breaker;
};

describe('a provider’s breaker', () => {
  it('opens at the third fault in a row, for that provider alone', () => {
    const breaker = new ProviderBreaker();
    breaker.record('twilio', unknown, 0);
    breaker.record('twilio', byProvider, 0);
    breaker.record('telnyx', unknown, 0);
    expect(breaker.open(0)).toEqual([]);
    breaker.record('twilio', unknown, 0);
    expect(breaker.open(0)).toEqual(['twilio']);
  });

  it.each([accepted, byRecipient])('starts counting anew after %o', (outcome) => {
    const breaker = new ProviderBreaker();
    for (const one of [unknown, unknown, outcome, unknown, unknown]) breaker.record('twilio', one, 0);
    expect(breaker.open(0)).toEqual([]);
  });

  it('lets one send through after 30 s, and closes when that is accepted', () => {
    const breaker = broken();
    expect(breaker.open(30_999)).toEqual(['twilio']);
    expect(breaker.open(31_000)).toEqual([]);
    expect(breaker.open(31_001)).toEqual(['twilio']);
    breaker.record('twilio', accepted, 31_002);
    expect(breaker.open(31_003)).toEqual([]);
  });

  it('opens again for 30 s when the one send let through fails', () => {
    const breaker = broken();
    expect(breaker.open(31_000)).toEqual([]);
    breaker.record('twilio', unknown, 32_000);
    expect(breaker.open(61_999)).toEqual(['twilio']);
    expect(breaker.open(62_000)).toEqual([]);
  });

  it('lets another through when the first reported nothing within 5 s', () => {
    const breaker = broken();
    expect(breaker.open(31_000)).toEqual([]);
    expect(breaker.open(35_999)).toEqual(['twilio']);
    expect(breaker.open(36_000)).toEqual([]);
  });

  it('never keeps a provider out for good, whatever happened', () => {
    const step = fc.tuple(fc.constantFrom(unknown, byProvider, byRecipient, accepted, null), fc.nat(60_000));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const breaker = new ProviderBreaker();
        let now = 0;
        for (const [outcome, pause] of steps) {
          now += pause;
          if (outcome) breaker.record('twilio', outcome, now);
          else breaker.open(now);
        }
        expect(breaker.open(now + 30_000)).toEqual([]);
      }),
    );
  });
});
