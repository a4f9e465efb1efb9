import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { csvOfPaylinks } from '../../src/paylinks/export.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { findPlace, type PagePlace, searchPaylinks, searchQuery } from '../../src/store/paylink-search.ts';
import { aPaylink, changesOf } from '../support/a-paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf } from '../support/verbs.ts';

const Columns = z.array(z.object({ name: z.string() }));

/** So many copies of a stored Paylink, at its time and with larger ids. */
async function copy({ id, code }: Paylink, count: number): Promise<void> {
  const { results } = await env.DB.prepare('PRAGMA table_info(paylinks)').all();
  const names = Columns.parse(results).map(({ name }) => name);
  const values = names.map((name) => {
    if (name === 'id') return `'${id.slice(0, 24)}' || printf('%012x', 281474976000000 + n.k)`;
    return name === 'code' ? `'${code}' || n.k` : `p.${name}`;
  });
  await env.DB.prepare(
    `INSERT INTO paylinks (${names.join(', ')}) WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ${count})
     SELECT ${values.join(', ')} FROM n CROSS JOIN paylinks p WHERE p.id = '${id}'`,
  ).run();
}

describe('a search that no index answers', () => {
  const merchantId = crypto.randomUUID();
  let merchant: Merchant;
  const createdAt = Date.now() - 60_000;
  const before = aPaylink({ merchantId, status: 'SENT', createdAt: createdAt - 1_000 });
  const many = aPaylink({ merchantId, createdAt });
  const after = aPaylink({ merchantId, status: 'SENT', createdAt: createdAt + 1_000 });
  const sent = { status: ['SENT'] as const, limit: 20 };
  beforeAll(async () => {
    merchant = await seedMerchant({ id: merchantId });
    const fresh = [before, many, after].map((one) => ({ ...changesOf(one), key: null }));
    await insertPaylinks(env.DB, fresh, []);
    await copy(many, 5_000);
  });

  /** What all pages find, and how many pages there are. */
  async function walk(backwards: boolean): Promise<{ ids: string[]; pages: number }> {
    const ids: string[] = [];
    let place: PagePlace | null = backwards ? { createdAt: 0, id: '' } : null;
    for (let pages = 1; ; pages++) {
      const from = backwards ? { before: place ?? undefined } : { after: place ?? undefined };
      const { found, readTo } = await searchPaylinks(env.DB, merchantId, { ...sent, ...from });
      ids.push(...found.map(({ id }) => id));
      if (!readTo) return { ids, pages };
      place = readTo;
    }
  }

  it('gives short pages that say where to go on, and misses nothing on the way', async () => {
    expect(await walk(false)).toEqual({ ids: [after.id, before.id], pages: 3 });
    expect(await walk(true)).toEqual({ ids: [before.id, after.id], pages: 3 });
  });

  it('reads a bounded number of rows for a page, however many Paylinks there are', async () => {
    const { sql, values } = searchQuery(merchantId, sent, { isMoved: true });
    const { meta } = await env.DB.prepare(sql)
      .bind(...values)
      .all();
    expect(meta.rows_read).toBeLessThan(2_500);
  });

  it('looks for the end of an export no further than that reads', async () => {
    const read: number[] = [];
    const counted = new Proxy(env.DB, {
      get: (_, name) => {
        if (name !== 'batch') return Reflect.get(env.DB, name).bind(env.DB);
        return async (statements: D1PreparedStatement[]) => {
          const results = await env.DB.batch(statements);
          read.push(...results.map(({ meta }) => meta.rows_read));
          return results;
        };
      },
    });
    const { limit: _, ...filter } = sent;
    expect(await findPlace(counted, merchantId, filter, { rows: 20, read: 10_000 })).toBeNull();
    read.length = 0;
    const end = await findPlace(counted, merchantId, filter, { rows: 20, read: 1_000 });
    expect([end?.createdAt, read.length]).toEqual([createdAt, 2]);
    expect(Math.max(...read)).toBeLessThan(1_100);
  });

  it('exports a part as far as that may read, and misses nothing in all parts', async () => {
    const parts: number[] = [];
    const ids: string[] = [];
    for (let place: PagePlace | undefined; parts.length < 9; ) {
      const exported = await csvOfPaylinks(contextOf(merchant), { ...sent, after: place }, { rows: 20, read: 2_500 });
      if (exported.kind === 'refused') throw new Error(exported.refusal.detail);
      const rows = (await new Response(exported.body).text()).split('\r\n').slice(1, -1);
      parts.push(rows.length);
      ids.push(...rows.map((row) => row.split(',')[0] ?? ''));
      if (!exported.next) break;
      place = { createdAt: exported.next.at, id: exported.next.id };
    }
    expect([parts, ids]).toEqual([
      [1, 0, 1],
      [after.id, before.id],
    ]);
  });
});
