import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it, vi } from 'vitest';
import { runSweeps } from '../src/cron.ts';
import { findInboxMessage, insertInboxMessage } from '../src/store/inbox.ts';
import { saveOverQuota } from '../src/store/over-quota.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

const DAY_MS = 24 * 60 * 60 * 1000;
const now = 100 * DAY_MS;

const aMessage = (id: string, createdAt: number) => {
  const text = { subject: null, text: 'Pay me', html: null, headers: {}, readAt: null };
  return { id, merchantId: 'm', paylinkId: 'p', channel: 'SMS' as const, to: '+12025550123', ...text, createdAt };
};

it('a sweep that fails is logged by name and stops no other: inbox messages older than 7 days are deleted', async () => {
  await insertInboxMessage(env.DB, aMessage('old', now - 7 * DAY_MS - 1));
  await insertInboxMessage(env.DB, aMessage('young', now - 7 * DAY_MS + 1));
  const DB = new Proxy(env.DB, {
    get: (target, name) => (sql: string) => {
      if (sql.includes('FROM paylinks WHERE ended')) throw new Error('no paylinks today');
      return Reflect.get(target, name).call(target, sql);
    },
  });
  const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
  await runSweeps({ ...env, DB }, now);
  expect(lines.mock.calls.map(([line]) => JSON.parse(String(line)))).toEqual([
    { level: 'error', event: 'sweep_failed', sweep: 'sweepExpired', error: 'no paylinks today' },
  ]);
  expect(await findInboxMessage(env.DB, null, 'old')).toBeNull();
  expect(await findInboxMessage(env.DB, null, 'young')).not.toBeNull();
  const { results } = await env.DB.prepare('SELECT name FROM sweeps WHERE leased_until > 0').all();
  expect(results, 'whose next run would be passed over').toEqual([]);
});

it('no merchant fills the database with captured messages: the cron leaves the newest 500 of each', async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3600)
     INSERT INTO inbox_messages (id, merchant_id, paylink_id, channel, recipient, text, created_at)
     SELECT 'many-' || i, CASE WHEN i <= 3000 THEN 'busy' ELSE 'quiet' END, 'p', 'SMS', '+12025550123', 'Pay me', ?1 + i FROM n`,
  )
    .bind(now - DAY_MS)
    .run();
  await runSweeps(env, now + 60_000);
  const left = await env.DB.prepare(
    `SELECT merchant_id AS merchant, count(*) AS n, min(created_at) - ?1 AS first FROM inbox_messages WHERE id LIKE 'many-%' GROUP BY merchant_id`,
  )
    .bind(now - DAY_MS)
    .all();
  expect(left.results).toEqual([
    { merchant: 'busy', n: 500, first: 2_501 },
    { merchant: 'quiet', n: 500, first: 3_101 },
  ]);
});

it('who was over quota is forgotten after 7 days', async () => {
  await saveOverQuota(env.DB, 'long-ago', 1, now - 7 * DAY_MS - 60 * 60 * 1000);
  await saveOverQuota(env.DB, 'lately', 1, now - 7 * DAY_MS);
  await runSweeps(env, now + 120_000);
  const { results } = await env.DB.prepare('SELECT merchant_id AS merchant FROM over_quota').all();
  expect(results).toEqual([{ merchant: 'lately' }]);
});

it('triggers that come late come together: a sweep that runs is left to the run that has it', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: isListing, resolve: listing } = Promise.withResolvers<void>();
  const waiting = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => {
        if (name === 'bind') return (...values: unknown[]) => waiting(target.bind(...values));
        const value = Reflect.get(target, name);
        return async (...args: unknown[]) => {
          listing();
          await released;
          return Reflect.apply(value, target, args);
        };
      },
    });
  const DB = new Proxy(env.DB, {
    get: (target, name) => {
      if (name !== 'prepare') return Reflect.get(target, name).bind(target);
      return (sql: string) =>
        sql.includes('FROM paylinks WHERE ended') ? waiting(target.prepare(sql)) : target.prepare(sql);
    },
  });
  const lines = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const first = runSweeps({ ...env, DB }, now + 180_000);
  await isListing;
  await runSweeps(env, now + 300_000);
  release();
  await first;
  // The others of the first run may not be over either.
  const running = { level: 'warn', event: 'sweep_still_running', sweep: 'sweepExpired' };
  expect(lines.mock.calls.map(([line]) => JSON.parse(String(line)))).toContainEqual(running);
  lines.mockRestore();
});

it('a run stays within what the platform gives an invocation: 1,000 queries of D1, whatever is due', async () => {
  // An endless past: whoever asks how much was deleted hears a thousand.
  let queries = 0;
  const always = (result: D1Result): D1Result => ({ ...result, meta: { ...result.meta, changes: 1_000 } });
  const endless = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => {
        if (name === 'bind') return (...values: unknown[]) => endless(target.bind(...values));
        if (name === 'run') return async () => always(await target.run());
        return Reflect.get(target, name).bind(target);
      },
    });
  const DB = new Proxy(env.DB, {
    get: (target, name) => {
      if (name !== 'prepare') return Reflect.get(target, name).bind(target);
      return (sql: string) => {
        queries += 1;
        return sql.includes('DELETE FROM over_quota') ? endless(target.prepare(sql)) : target.prepare(sql);
      };
    },
  });
  const lines = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await runSweeps({ ...env, DB }, now + 360_000);
  expect(queries).toBeGreaterThan(500);
  expect(queries).toBeLessThan(1_000);
  const behind = lines.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(behind).toContainEqual(expect.objectContaining({ event: 'sweep_behind', sweep: 'sweepOverQuota' }));
  lines.mockRestore();
});
