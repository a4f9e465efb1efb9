import * as z from 'zod/mini';
import { newIdAt } from '../paylink-id.ts';

/** What is counted stops here: the answer is for a glance, and its cost is bounded. */
export const MAX_COUNTED = 10_000;

const Provider = z.object({
  channel: z.string(),
  provider: z.nullable(z.string()),
  status: z.string(),
  attempts: z.int(),
});
const Backlog = z.object({ due: z.int(), oldest: z.nullable(z.int()) });
const Endpoints = z.object({ endpoints: z.int(), failing: z.int(), disabled: z.int() });
const Failed = z.object({ failed: z.int() });
const Stores = z.object({ merchants: z.int(), paylinks: z.int() });

export type Health = {
  /** Attempts since then by what they came to. */
  providers: z.infer<typeof Provider>[];
  backlog: z.infer<typeof Backlog>;
  endpoints: z.infer<typeof Endpoints>;
  /** Deliveries of webhooks that were given up, of those made since then. */
  failed: number;
  stores: z.infer<typeof Stores>;
  /** Of the whole database, bytes. */
  databaseBytes: number;
};

const providers = `SELECT channel, provider, status, count(*) AS attempts
  FROM (SELECT channel, provider, status FROM paylink_logs WHERE id > ?1 ORDER BY id DESC LIMIT ${MAX_COUNTED})
  GROUP BY channel, provider, status ORDER BY channel, provider, status`;

const backlog = `SELECT count(*) AS due, min(next_attempt_at) AS oldest
  FROM (SELECT next_attempt_at FROM endpoint_deliveries WHERE next_attempt_at IS NOT NULL AND next_attempt_at <= ?1 LIMIT ${MAX_COUNTED})`;

const endpoints = `SELECT count(*) AS endpoints, count(failing_since) AS failing, count(disabled_at) AS disabled
  FROM webhook_endpoints WHERE id <> merchant_id`;

// A delivery's id begins with its endpoint's and its time, so each endpoint's recent ones lie together.
const failed = `SELECT count(*) AS failed FROM (SELECT d.status FROM webhook_endpoints w
  CROSS JOIN endpoint_deliveries d ON d.id >= w.id || '.' || ?1 AND d.id < w.id || '/' LIMIT ${MAX_COUNTED}) WHERE status = 'failed'`;

// Rows are numbered as they come: the last number is how many there were.
const stores = `SELECT (SELECT coalesce(max(rowid), 0) FROM merchants) AS merchants, (SELECT coalesce(max(rowid), 0) FROM paylinks) AS paylinks`;

/** How things stand, at the cost of some thousand rows read. @param since ms: how far back attempts and deliveries are looked at */
export async function readHealth(db: D1Database, now: number, since: number): Promise<Health> {
  const results = await db.batch<Record<string, unknown>>([
    db.prepare(providers).bind(newIdAt(since, 0).slice(0, 13)),
    db.prepare(backlog).bind(now),
    db.prepare(endpoints),
    db.prepare(failed).bind(since.toString(16).padStart(12, '0')),
    db.prepare(stores),
  ]);
  const [of, due, hooks, lost, sizes] = results.map(({ results }) => results);
  return {
    providers: z.array(Provider).parse(of),
    backlog: Backlog.parse(due?.[0]),
    endpoints: Endpoints.parse(hooks?.[0]),
    failed: Failed.parse(lost?.[0]).failed,
    stores: Stores.parse(sizes?.[0]),
    databaseBytes: results.at(-1)?.meta.size_after ?? 0,
  };
}
