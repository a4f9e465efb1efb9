import type { DeliveryUpdate } from '../../src/paylinks/domain/attempts.ts';

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What providers report of one message, in the order in which it happens. */
const lifecycles: DeliveryUpdate['status'][][] = [
  ['SENT'],
  ['SENT', 'DELIVERED'],
  ['SENT', 'SENT', 'DELIVERED', 'DELIVERED'],
  ['SENT', 'FAILED'],
  ['SENT', 'BOUNCED'],
  ['SENT', 'DELIVERED', 'BOUNCED'],
  ['DELIVERED'],
];

/** One life after another, as many as there are attempts. */
export const livesOf = (attempts: readonly string[], random: () => number) =>
  attempts.flatMap((attemptId) => {
    const life = lifecycles[Math.floor(random() * lifecycles.length)] ?? [];
    return life.map((status) => ({ attemptId, status }));
  });

/** The same events and repeats of some, `size` in all, in any order. */
export function shuffled<T>(events: readonly T[], size: number, random: () => number): T[] {
  const all = [...events];
  while (all.length < size) {
    const again = events[Math.floor(random() * events.length)];
    if (again !== undefined) all.push(again);
  }
  return all
    .map((event) => ({ event, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}
