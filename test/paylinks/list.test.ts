import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { aPaylink, changesOf } from '../support/a-paylink.ts';
import { merchantApi } from '../support/api.ts';

type Page = { data: { paylinkId: string }[]; nextCursor: string | null };

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
      const pages: string[][] = [];
      for (let cursor: string | null = ''; cursor !== null && pages.length < 9; ) {
        const page: Page = await (await call('GET', `/paylinks?limit=2${filter}${cursor}`)).json();
        pages.push(page.data.map(({ paylinkId }) => paylinkId));
        cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
      }
      const [first, second, third, fourth, fifth] = paylinks
        .map(({ id }) => id)
        .sort()
        .reverse();
      expect(pages).toEqual([[first, second], [third, fourth], [fifth]]);
    },
  );
});
