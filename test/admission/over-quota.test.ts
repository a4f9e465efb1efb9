import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { NOTE_INTERVAL_MS, noteOverQuota } from '../../src/admission/over-quota.ts';
import { forgetOverQuota } from '../../src/store/over-quota.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));
afterEach(() => {
  vi.restoreAllMocks();
});

const hour = 3_600_000;
const now = 500_000 * hour;

/** Refuses a merchant at some times (ms), and waits for what is written. */
async function refuse(merchantId: string, times: readonly number[], db = env.DB): Promise<number> {
  const writes: Promise<unknown>[] = [];
  for (const at of times) noteOverQuota(merchantId, { db, now: at, waitUntil: (work) => writes.push(work) });
  await Promise.all(writes);
  return writes.length;
}

const rowsOf = async (merchantId: string) => {
  const read = env.DB.prepare(
    'SELECT hour, refused, last_at AS lastAt FROM over_quota WHERE merchant_id = ? ORDER BY hour',
  );
  return (await read.bind(merchantId).all()).results;
};

it('a flood of one merchant costs one row a minute, and nothing between is forgotten', async () => {
  const flood = Array.from({ length: 1_000 }, (_, n) => now + n * 10);
  expect(await refuse('flood', flood)).toBe(1);
  expect(await rowsOf('flood')).toEqual([{ hour: 500_000, refused: 1, lastAt: now }]);
  const later = now + NOTE_INTERVAL_MS;
  expect(await refuse('flood', [later])).toBe(1);
  expect(await rowsOf('flood')).toEqual([{ hour: 500_000, refused: 1_001, lastAt: later }]);
});

it('merchants and hours are counted apart', async () => {
  await refuse('one', [now, now + hour]);
  await refuse('other', [now]);
  expect(await rowsOf('one')).toEqual([
    { hour: 500_000, refused: 1, lastAt: now },
    { hour: 500_001, refused: 1, lastAt: now + hour },
  ]);
  expect(await rowsOf('other')).toHaveLength(1);
});

it('a D1 that does not take it is logged without failing anything', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const broken = new Proxy(env.DB, {
    get: () => () => {
      throw new Error('D1 is away');
    },
  });
  expect(await refuse('unlucky', [now], broken)).toBe(1);
  expect(String(warn.mock.calls[0]?.[0])).toContain('over_quota_not_noted');
});

it('old hours are deleted, so many at a time', async () => {
  await refuse('old', [now - 10 * hour, now - 9 * hour, now - hour]);
  const before = now - 5 * hour;
  expect(await forgetOverQuota(env.DB, before, 1)).toBe(1);
  expect(await forgetOverQuota(env.DB, before, 10)).toBe(1);
  expect(await forgetOverQuota(env.DB, before, 10)).toBe(0);
  expect(await rowsOf('old')).toHaveLength(1);
});
