import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays, dayOfHour, firstHourOf } from '../../src/stats/days.ts';

const hourOf = (iso: string) => Math.floor(Date.parse(iso) / 3_600_000);

it.each([
  ['UTC', '2026-03-08', '2026-03-08T00:00Z'],
  ['America/New_York', '2026-03-08', '2026-03-08T05:00Z'],
  ['America/New_York', '2026-03-09', '2026-03-09T04:00Z'],
  ['America/New_York', '2026-11-01', '2026-11-01T04:00Z'],
  ['America/New_York', '2026-11-02', '2026-11-02T05:00Z'],
  ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00Z'],
  ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00Z'],
  // Half an hour beside the full one: the next full hour.
  ['Asia/Kolkata', '2026-01-01', '2025-12-31T19:00Z'],
  // Clocks skip midnight itself.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00Z'],
])('in %s %s begins at %s', (zone, day, first) => {
  expect(firstHourOf(day, zone)).toBe(hourOf(first));
});

it('a day’s first hour is on that day and the one before is not, in every zone, whenever clocks change', () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const days = fc.integer({ min: 0, max: 12_000 }).map((n) => addDays('2000-01-01', n));
  fc.assert(
    fc.property(zones, days, (zone, day) => {
      const first = firstHourOf(day, zone);
      // One island went without a day.
      if (dayOfHour(first, zone) !== day) expect(zone).toMatch(/Apia|Fakaofo/);
      expect(dayOfHour(first, zone) >= day).toBe(true);
      expect(dayOfHour(first - 1, zone) < day).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
