import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Paylink } from '../../src/model/paylink.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { type PagePlace, searchPaylinks, searchQuery } from '../../src/store/paylink-search.ts';
import { aPaylink, changesOf } from '../support/a-paylink.ts';
import { seedMerchant } from '../support/merchants.ts';

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
  const createdAt = Date.now() - 60_000;
  const before = aPaylink({ merchantId, status: 'SENT', createdAt: createdAt - 1_000 });
  const many = aPaylink({ merchantId, createdAt });
  const after = aPaylink({ merchantId, status: 'SENT', createdAt: createdAt + 1_000 });
  const sent = { status: ['SENT'] as const, limit: 20 };
  beforeAll(async () => {
    await seedMerchant({ id: merchantId });
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
});
