const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long before `now` a time (both ms) was, in the largest whole unit: `5 minutes ago`. */
export function ago(at: number, now: number): string {
  const passed = now - at;
  for (const [unit, ms] of units) {
    const count = Math.floor(passed / ms);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}
