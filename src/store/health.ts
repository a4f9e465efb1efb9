import * as z from 'zod/mini';
import { HOUR_MS } from '../lib/durations.ts';
import { OverQuota, selectOverQuota } from './over-quota.ts';

/** What is counted stops here: the answer is for a glance, and its cost is bounded. */
export const MAX_COUNTED = 10_000;

/** Entries of a list. */
const MAX_LISTED = 20;
/** How far back merchants are looked at, hours: unknown outcomes are counted again for two days, a quota is of today. */
const UNKNOWN_HOURS = 48;
const OVER_QUOTA_HOURS = 24;

const Provider = z.object({
  channel: z.string(),
  provider: z.string(),
  sent: z.int(),
  delivered: z.int(),
  bounced: z.int(),
  failed: z.int(),
  unknown: z.int(),
});
/** A merchant with sends whose outcome is unknown; `lastHour`: of the latest, hours since the epoch. */
const Unknown = z.object({ merchantId: z.string(), name: z.string(), unknown: z.int(), lastHour: z.int() });
const Backlog = z.object({ due: z.int(), oldest: z.nullable(z.int()) });
const Endpoints = z.object({ endpoints: z.int(), failing: z.int(), disabled: z.int() });
/** An endpoint that takes nothing: failing since (ms), or off since (ms) for a reason of the gateway's. */
const Troubled = z.object({
  merchantId: z.string(),
  name: z.string(),
  endpointId: z.string(),
  url: z.string(),
  failingSince: z.nullable(z.int()),
  disabledAt: z.nullable(z.int()),
});
const Failed = z.object({ failed: z.int() });
const Stores = z.object({ merchants: z.int(), paylinks: z.int() });

export type Health = {
  /** Attempts of the running hour and the one before, by what they came to. From the roll-up. */
  providers: z.infer<typeof Provider>[];
  /** Who has sends of the last 48 hours whose outcome is unknown, most first. From the roll-up. */
  unknown: z.infer<typeof Unknown>[];
  /** Who was over its quota in the last 24 hours, the latest first. */
  overQuota: OverQuota[];
  backlog: z.infer<typeof Backlog>;
  endpoints: z.infer<typeof Endpoints>;
  /** Endpoints that take nothing and were not switched off by their merchant, the latest first. */
  troubled: z.infer<typeof Troubled>[];
  /** Deliveries of webhooks that were given up, of those made since then. */
  failed: number;
  stores: z.infer<typeof Stores>;
  /** Of the whole database, bytes. */
  databaseBytes: number;
};

const providers = `SELECT channel, provider, sum(sent) AS sent, sum(delivered) AS delivered, sum(bounced) AS bounced, sum(failed) AS failed,
    sum(unknown) AS unknown
  FROM (SELECT * FROM stats_messages WHERE hour >= ?1 ORDER BY hour DESC LIMIT ${MAX_COUNTED})
  GROUP BY channel, provider ORDER BY channel, provider`;

const unknown = `SELECT s.merchant_id AS merchantId, m.name, s.unknown, s.last_hour AS lastHour
  FROM (SELECT merchant_id, sum(unknown) AS unknown, max(hour) AS last_hour
    FROM (SELECT * FROM stats_messages WHERE unknown > 0 AND hour >= ?1 ORDER BY hour DESC LIMIT ${MAX_COUNTED})
    GROUP BY merchant_id ORDER BY unknown DESC, merchant_id LIMIT ${MAX_LISTED}) s
  JOIN merchants m ON m.id = s.merchant_id ORDER BY s.unknown DESC, m.id`;

const backlog = `SELECT count(*) AS due, min(next_attempt_at) AS oldest
  FROM (SELECT next_attempt_at FROM endpoint_deliveries WHERE next_attempt_at IS NOT NULL AND next_attempt_at <= ?1 LIMIT ${MAX_COUNTED})`;

const endpoints = `SELECT count(*) AS endpoints, count(failing_since) FILTER (WHERE disabled_at IS NULL) AS failing, count(disabled_at) AS disabled
  FROM webhook_endpoints WHERE id <> merchant_id`;

const troubled = `SELECT w.merchant_id AS merchantId, m.name, w.id AS endpointId, w.url, w.failing_since AS failingSince, w.disabled_at AS disabledAt
  FROM webhook_endpoints w JOIN merchants m ON m.id = w.merchant_id
  WHERE w.id <> w.merchant_id AND (w.disabled_at IS NULL AND w.failing_since IS NOT NULL OR w.disabled_reason IN ('gone', 'failing'))
  ORDER BY coalesce(w.disabled_at, w.failing_since) DESC, w.id LIMIT ${MAX_LISTED}`;

// A delivery's id begins with its endpoint's and its time, so each endpoint's recent ones lie together.
const failed = `SELECT count(*) AS failed FROM (SELECT d.status FROM webhook_endpoints w
  CROSS JOIN endpoint_deliveries d ON d.id >= w.id || '.' || ?1 AND d.id < w.id || '/' LIMIT ${MAX_COUNTED}) WHERE status = 'failed'`;

// Rows are numbered as they come: the last number is how many there were.
const stores = `SELECT (SELECT coalesce(max(rowid), 0) FROM merchants) AS merchants, (SELECT coalesce(max(rowid), 0) FROM paylinks) AS paylinks`;

/** How things stand, at the cost of some thousand rows read. @param since ms: how far back deliveries of webhooks are looked at */
export async function readHealth(db: D1Database, now: number, since: number): Promise<Health> {
  const hour = Math.floor(now / HOUR_MS);
  const results = await db.batch<Record<string, unknown>>([
    db.prepare(providers).bind(hour - 1),
    db.prepare(unknown).bind(hour - UNKNOWN_HOURS),
    db.prepare(selectOverQuota(MAX_LISTED, MAX_COUNTED)).bind(hour - OVER_QUOTA_HOURS),
    db.prepare(backlog).bind(now),
    db.prepare(endpoints),
    db.prepare(troubled),
    db.prepare(failed).bind(since.toString(16).padStart(12, '0')),
    db.prepare(stores),
  ]);
  const [of, open, over, due, hooks, bad, lost, sizes] = results.map(({ results }) => results);
  return {
    providers: z.array(Provider).parse(of),
    unknown: z.array(Unknown).parse(open),
    overQuota: z.array(OverQuota).parse(over),
    backlog: Backlog.parse(due?.[0]),
    endpoints: Endpoints.parse(hooks?.[0]),
    troubled: z.array(Troubled).parse(bad),
    failed: Failed.parse(lost?.[0]).failed,
    stores: Stores.parse(sizes?.[0]),
    databaseBytes: results.at(-1)?.meta.size_after ?? 0,
  };
}
