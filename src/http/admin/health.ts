import type { Context } from 'hono';
import { howFarSealed } from '../../auth/seal-anew.ts';
import { HOUR_MS } from '../../lib/durations.ts';
import { iso } from '../../lib/encoding.ts';
import { runningCountedAt } from '../../stats/sweep.ts';
import { MAX_COUNTED, readHealth } from '../../store/health.ts';
import type { AppEnv } from '../app-env.ts';

/** The host of an endpoint: the rest of its address may hold a secret of the merchant's. */
export const hostOf = (url: string): string => URL.parse(url)?.host ?? '';

/** How things stand, in numbers that are cheap to read. Times in ms. `countedAt`: of the roll-up, null: it was never counted. */
export async function healthNow(c: Context<AppEnv>) {
  const now = c.get('now');
  const since = now - HOUR_MS;
  const [found, countedAt, sealing] = await Promise.all([
    readHealth(c.env.DB, now, since),
    runningCountedAt(c.env.DB),
    howFarSealed(c.env, c.get('config')),
  ]);
  const { backlog, databaseBytes, endpoints, failed, overQuota, providers, stores, troubled } = found;
  return {
    since,
    countedAt,
    providers,
    unknown: found.unknown.map(({ lastHour, ...merchant }) => ({ ...merchant, lastHour: lastHour * HOUR_MS })),
    overQuota,
    webhooks: { due: backlog.due, oldestDueAt: backlog.oldest, givenUp: failed, ...endpoints, troubled },
    sealing,
    stores: { ...stores, databaseBytes },
  };
}
export type HealthNow = Awaited<ReturnType<typeof healthNow>>;

/** `GET /admin/health`. */
export async function health(c: Context<AppEnv>): Promise<Response> {
  const { countedAt, overQuota, providers, sealing, since, stores, unknown, webhooks } = await healthNow(c);
  return c.json({
    at: iso(c.get('now')),
    since: iso(since),
    countedAt: iso(countedAt),
    countedAtMost: MAX_COUNTED,
    providers,
    unknown: unknown.map((merchant) => ({ ...merchant, lastHour: iso(merchant.lastHour) })),
    overQuota: overQuota.map((merchant) => ({ ...merchant, lastAt: iso(merchant.lastAt) })),
    webhooks: {
      ...webhooks,
      oldestDueAt: iso(webhooks.oldestDueAt),
      troubled: webhooks.troubled.map(({ url, failingSince, disabledAt, ...endpoint }) => ({
        ...endpoint,
        host: hostOf(url),
        failingSince: iso(failingSince),
        disabledAt: iso(disabledAt),
      })),
    },
    sealing,
    stores,
  });
}
