import type { Context } from 'hono';
import * as z from 'zod/mini';
import { iso } from '../../lib/encoding.ts';
import { isIsoTime } from '../../lib/iso-time.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { validate } from '../body.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';

const message = 'Must be a day such as 2026-11-30, or an ISO 8601 time with a zone.';
const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2100, 0, 1);
const isNear = (ms: number) => ms >= earliest && ms < latest;
/** A day stays text, as the merchant's time zone says when it begins. */
const DayOrTime = z.pipe(
  z.string(),
  z.transform((text, context): string | number => {
    const isDay = z.iso.date().safeParse(text).success;
    const ms = isDay || isIsoTime(text) ? Date.parse(text) : Number.NaN;
    if (isNear(ms)) return isDay ? text : ms;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  }),
);

export const Query = z.strictObject({
  from: z.optional(DayOrTime),
  to: z.optional(DayOrTime),
  groupBy: z._default(z.enum(['day', 'channel', 'provider']), 'day'),
});

/** `GET /stats`: the merchant's own counts. */
async function read(c: Context<AppEnv>): Promise<Response> {
  const query = validate(Query, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { statsOf } = await import('../../stats/stats.ts');
  const counted = await statsOf(c.env.DB, callerOf(c).merchant, query.value, c.get('now'));
  if (counted.kind === 'refused') return problem(c, counted.refusal);
  const { from, to, ...stats } = counted.stats;
  return c.json({ from: iso(from), to: iso(to), ...stats });
}

/** Static paths: they come before those of Paylinks. */
export const statsRoutes: Routes = { '/stats': byMethod({ GET: authenticated(read) }) };
