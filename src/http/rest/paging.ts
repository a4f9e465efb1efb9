import * as z from 'zod/mini';

/** Where a page ended: the time (ms) and id of its last row. */
export type PageEnd = { at: number; id: string };

/** Rows of a page, 1 to `most` (below 1,000), as a query has them. */
export const limit = (fallback: number, most = 100) =>
  z._default(
    z.pipe(
      z.pipe(z.string().check(z.regex(/^\d{1,3}$/, `Must be a number from 1 to ${most}.`)), z.transform(Number)),
      z.int().check(z.gte(1), z.lte(most)),
    ),
    fallback,
  );

const cursor = z.pipe(
  z.string().check(z.regex(/^[0-9a-z]{1,10}~[0-9A-Za-z._-]{1,200}$/, 'Must be a nextCursor of an earlier page.')),
  z.transform((text): PageEnd => {
    const [time = '', id = ''] = text.split('~');
    return { at: Number.parseInt(time, 36), id };
  }),
);

/** `limit` (1–100, default 20) and `cursor` of every list. A cursor is a time in base 36, `~` and an id; opaque to callers. */
export const paging = { limit: limit(20), cursor: z.optional(cursor) };

/** The cursor of an address; null: there is none that can be used. */
export function parseCursor(text: string | undefined): PageEnd | null {
  const parsed = cursor.safeParse(text);
  return parsed.success ? parsed.data : null;
}

/** The cursor after a page's last row; null on the last page. */
export const nextCursor = (more: boolean, last: PageEnd | undefined): string | null =>
  more && last ? `${last.at.toString(36)}~${last.id}` : null;
