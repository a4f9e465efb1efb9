import * as z from 'zod/mini';

const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

const withSeconds = z.iso.datetime({ offset: true });
/** As Java's `OffsetDateTime` writes a full minute. */
const withoutSeconds = z.iso.datetime({ offset: true, precision: -1 });

/** Whether a text is an ISO 8601 date and time with its zone; seconds may be left out. */
export const isIsoTime = (text: string): boolean =>
  withSeconds.safeParse(text).success || withoutSeconds.safeParse(text).success;

/** A time as callers write it, ISO 8601 with its zone, in ms. Only what answers can write the same way: in UTC, in the years 0 to 9999. */
export const IsoTime = z.pipe(
  z.pipe(
    z.stringFormat('date-time', isIsoTime, {
      error: 'Must be an ISO 8601 date and time with a zone, such as 2026-11-30T12:00:00Z.',
    }),
    z.transform((text) => Date.parse(text)),
  ),
  z.number().check(z.refine((ms) => ms >= FIRST && ms <= LAST, 'Must be in the years 0 to 9999.')),
);
