import { expect, it } from 'vitest';
import { IsoTime } from '../../src/lib/iso-time.ts';

const read = (text: string) => IsoTime.safeParse(text).data ?? null;

it('a time is read in its zone, and refused where answers could not write it: beyond the years 0 to 9999 of UTC', () => {
  expect(read('2026-11-30T12:00:00+01:00')).toBe(Date.UTC(2026, 10, 30, 11));
  for (const text of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])
    expect(new Date(read(text) ?? Number.NaN).toISOString()).toMatch(/^\d{4}-/);
  for (const text of ['0000-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00']) expect(read(text), text).toBeNull();
});

it('a full minute needs no seconds, as Java writes it', () => {
  expect(read('2026-11-30T12:00Z')).toBe(Date.UTC(2026, 10, 30, 12));
  expect(read('2026-11-30T12:00+01:00')).toBe(Date.UTC(2026, 10, 30, 11));
  for (const text of ['2026-11-30T12Z', '2026-11-30T12:00', '2026-02-30T12:00Z', '2026-11-30T24:00Z'])
    expect(read(text), text).toBeNull();
});

it('what is no date, or has no zone, is none', () => {
  for (const text of ['', 'soon', '2026-11-30', '2026-11-30T12:00:00', '2026-02-30T12:00:00Z'])
    expect(read(text), text).toBeNull();
});
