import { expect, it } from 'vitest';
import { clockText, clockTime, instantOf, span } from '../../../src/http/console/clock.ts';

const iso = (text: string, zone: string) => {
  const ms = instantOf(text, zone);
  return ms === null ? null : new Date(ms).toISOString();
};

it('a day begins at midnight of the zone, also on the days when its clocks change', () => {
  expect(iso('2026-07-01', 'Europe/Berlin')).toBe('2026-06-30T22:00:00.000Z');
  expect(iso('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
  expect(iso('2026-03-30', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
  expect(iso('2026-10-26', 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
  expect(iso('2026-11-26', 'Asia/Kolkata')).toBe('2026-11-25T18:30:00.000Z');
  expect(iso('2026-11-26', 'America/Los_Angeles')).toBe('2026-11-26T08:00:00.000Z');
  expect(iso('2026-11-26', 'No/Where')).toBe('2026-11-26T00:00:00.000Z');
});

it('what is no day or time is none', () => {
  for (const text of ['', 'x', '2026-02-31', '2026-13-01', '2026-01-01T24:00', '2026-01-01T10:60', '2026-1-1'])
    expect(instantOf(text, 'UTC'), text).toBeNull();
});

it('a time is read back as it is shown', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia'])
    for (const text of ['2026-01-15T09:05', '2026-07-15T23:59', '2024-02-29T00:00'])
      expect(clockText(instantOf(text, zone) ?? 0, zone), `${text} ${zone}`).toBe(text);
});

it('a time of another year has its year', () => {
  const now = Date.UTC(2026, 10, 26, 5, 30);
  expect(clockTime(now, 'Europe/Berlin', now)).toBe('Nov 26, 06:30');
  expect(clockTime(Date.UTC(2025, 11, 31, 23, 30), 'UTC', now)).toBe('Dec 31, 2025, 23:30');
  expect(clockTime(Date.UTC(2025, 11, 31, 23, 30), 'Europe/Berlin', now)).toBe('Jan 1, 00:30');
});

it('a span is told in its largest unit', () => {
  expect([0, 999, 59_000, 60_000, 7_200_000, 200_000_000].map(span)).toEqual([
    '0 s',
    '0 s',
    '59 s',
    '1 min',
    '2 h',
    '2 d',
  ]);
});
