// The time and the randomness of the seeding Worker and its objects. They share one isolate, in which nothing else runs, and which ends
// with the seeding.

const real = {
  now: Date.now.bind(Date),
  uuid: crypto.randomUUID.bind(crypto),
  values: crypto.getRandomValues.bind(crypto),
};
let moved = real.now();
let fixed: { number: number; drawn: number } | null = null;

/** From now on the clock stands still unless it is moved. */
export function stopClock(): void {
  Date.now = () => moved;
  Object.assign(crypto, {
    randomUUID: () => (fixed ? fixedUuid(fixed) : real.uuid()),
    getRandomValues: (array: Uint8Array) => (fixed ? fill(array, fixed.number) : real.values(array)),
  });
}

/** @param at ms */
export function setClock(at: number): void {
  moved = at;
}

/** When a moment of the moved clock is to come on the real one, ms: no earlier than in a second, as alarms in the past ring at once. */
export const onRealClock = (at: number): number => real.now() + Math.max(1_000, at - moved);

/**
 * Does work in which random ids end with this number and random bytes follow from it, so that what it makes has the same id on every
 * machine.
 */
export async function withFixedIds<T>(number: number, work: () => Promise<T>): Promise<T> {
  fixed = { number, drawn: 0 };
  try {
    return await work();
  } finally {
    fixed = null;
  }
}

/** Differs from others in its first group; the last two, which a Paylink's id takes over, are the number. */
function fixedUuid(given: { number: number; drawn: number }): string {
  given.drawn += 1;
  const digits = String(given.number).padStart(12, '0');
  return `${given.drawn.toString(16).padStart(8, '0')}-0000-4000-8000-${digits}`;
}

/** The same bytes for the same number (Mulberry32). */
function fill(array: Uint8Array, number: number): Uint8Array {
  let state = number;
  for (let at = 0; at < array.length; at++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    array[at] = (mixed ^ (mixed >>> 14)) & 0xff;
  }
  return array;
}
