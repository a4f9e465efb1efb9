/** How far a signed time may be from ours, either way, s. */
const toleranceSeconds = 300;

/** Whether a time as a provider signs it (Unix seconds, digits only) is near enough to `now` (ms). */
export function isFresh(seconds: string, now: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(now / 1000 - Number(seconds)) <= toleranceSeconds;
}
