import type { Context } from 'hono';
import { howFarSealed } from '../../auth/seal-anew.ts';
import { iso } from '../../lib/encoding.ts';
import { MAX_COUNTED, readHealth } from '../../store/health.ts';
import type { AppEnv } from '../app-env.ts';

/** How far back attempts and webhooks are looked at, ms. */
const WINDOW_MS = 60 * 60 * 1000;

type Attempts = { channel: string; provider: string | null; status: string; attempts: number };

/** One entry a channel and provider, with how many attempts came to what. What asked no provider is left out. */
function byProvider(counts: readonly Attempts[]) {
  const found = new Map<
    string,
    { channel: string; provider: string; attempts: number; statuses: Record<string, number> }
  >();
  for (const { channel, provider, status, attempts } of counts) {
    if (provider === null) continue;
    const name = `${channel} ${provider}`;
    const entry = found.get(name) ?? { channel, provider, attempts: 0, statuses: {} };
    entry.statuses[status] = attempts;
    found.set(name, { ...entry, attempts: entry.attempts + attempts });
  }
  return [...found.values()];
}

/** How things stand, in numbers that are cheap to read. Times in ms. */
export async function healthNow(c: Context<AppEnv>) {
  const since = c.get('now') - WINDOW_MS;
  const [found, sealing] = await Promise.all([
    readHealth(c.env.DB, c.get('now'), since),
    howFarSealed(c.env, c.get('config')),
  ]);
  const { backlog, endpoints, failed, stores, databaseBytes } = found;
  return {
    since,
    providers: byProvider(found.providers),
    webhooks: { due: backlog.due, oldestDueAt: backlog.oldest, givenUp: failed, ...endpoints },
    sealing,
    stores: { ...stores, databaseBytes },
  };
}
export type HealthNow = Awaited<ReturnType<typeof healthNow>>;

/** `GET /admin/health`. */
export async function health(c: Context<AppEnv>): Promise<Response> {
  const { since, providers, webhooks, sealing, stores } = await healthNow(c);
  return c.json({
    at: iso(c.get('now')),
    since: iso(since),
    countedAtMost: MAX_COUNTED,
    providers,
    webhooks: { ...webhooks, oldestDueAt: iso(webhooks.oldestDueAt) },
    sealing,
    stores,
  });
}
