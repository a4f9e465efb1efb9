import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newIdAt } from '../../src/paylink-id.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { aPaylink, changesOf } from '../support/a-paylink.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { anAttempt, project } from '../support/attempts.ts';

type Page = { data: { paylinkId: string }[]; nextCursor: string | null };

/** The ids that the list gives, page by page. */
async function pagesOf(call: Api['call'], filter: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null && pages.length < 9; ) {
    const page: Page = await (await call('GET', `/paylinks?limit=2${filter}${cursor}`)).json();
    pages.push(page.data.map(({ paylinkId }) => paylinkId));
    cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
  }
  return pages;
}

describe('a list of Paylinks', () => {
  it.each(['', '&status=CREATED', '&merchantInvoiceId=INV-1'])(
    'gives five of one millisecond by two, each once, the highest id first (%j)',
    async (filter) => {
      const { merchant, call } = await merchantApi();
      const paylinks = Array.from({ length: 5 }, () =>
        aPaylink({ merchantId: merchant.id, createdAt: 1_750_000_000_000 }),
      );
      await insertPaylinks(
        env.DB,
        paylinks.map((paylink) => ({ ...changesOf(paylink), key: null })),
        [],
      );
      const pages = await pagesOf(call, filter);
      const [first, second, third, fourth, fifth] = paylinks
        .map(({ id }) => id)
        .sort()
        .reverse();
      expect(pages).toEqual([[first, second], [third, fourth], [fifth]]);
    },
  );

  it('by delivery status gives every Paylink of which any log has it, once, over as many pages as it takes', async () => {
    const { merchant, call } = await merchantApi();
    const at = 1_750_000_000_000;
    const statuses = [['UNKNOWN'], ['SENT'], ['SENT', 'UNKNOWN'], [], ['UNKNOWN', 'UNKNOWN'], ['FAILED']] as const;
    const listed: string[] = [];
    for (const [n, logs] of statuses.entries()) {
      const paylink = aPaylink({ merchantId: merchant.id, createdAt: at + n });
      await insertPaylinks(env.DB, [{ ...changesOf(paylink), key: null }], []);
      const attempts = logs.map((status, log) => anAttempt({ id: newIdAt(at + log, 1), status }));
      await project(paylink, attempts);
      if (logs.some((status) => status === 'UNKNOWN')) listed.unshift(paylink.id);
    }
    const [first, second, third] = listed;
    expect(await pagesOf(call, '&deliveryStatus=UNKNOWN')).toEqual([[first, second], [third]]);
    expect(await pagesOf(call, '&deliveryStatus=UNKNOWN&status=CREATED')).toEqual([[]]);
  });

  it('by a delivery status that there is not is a 400 that names it', async () => {
    const { call } = await merchantApi();
    const answer = await call('GET', '/paylinks?deliveryStatus=LOST');
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ path: 'deliveryStatus' }] }]);
  });
});
