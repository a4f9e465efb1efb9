import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { cell, csvOfPaylinks } from '../../../src/paylinks/export.ts';
import { type Api, merchantApi } from '../../support/api.ts';
import { contextOf, createBody } from '../../support/verbs.ts';

type Page = { data: { paylinkId: string }[]; nextCursor: string | null };

describe('GET /paylinks', () => {
  let parent: Api;
  let child: Api;
  let stranger: Api;
  const ids: Record<string, string> = {};
  const create = async (api: Api, name: string, some: object = {}) => {
    const body = createBody(api.merchant.id, { merchantInvoiceId: name, ...some });
    ids[name] = (await (await api.call('POST', '/', body)).json<{ paylinkId: string }>()).paylinkId;
  };
  beforeAll(async () => {
    parent = await merchantApi();
    child = await merchantApi({ parentId: parent.merchant.id });
    stranger = await merchantApi();
    await create(parent, 'a', { customer: { email: 'Ann@example.com' } });
    await create(parent, 'b', { customer: { phone: '2025550188' } });
    await create(parent, 'c', { customer: { email: 'cy@example.com' } });
    await create(child, 'd', { customer: { email: 'ann@example.com' } });
    await create(stranger, 'e', { customer: { email: 'ann@example.com' } });
    await parent.call('PATCH', `/${ids.c}/cancel`);
    const payment = { paylinkId: ids.b, orderId: 'ORD-1', type: 'payment', amount: 1010, currencyCode: 'USD' };
    await parent.call('POST', '/webhooks/payments', payment);
  });
  const find = async (query: string, api = parent) => {
    const { data } = await (await api.call('GET', `/paylinks?${query}`)).json<Page>();
    return data.map(({ paylinkId }) => Object.keys(ids).find((name) => ids[name] === paylinkId)).sort();
  };

  it.each([
    ['', ['a', 'b', 'c']],
    ['status=PAID,CANCELED', ['b', 'c']],
    ['status=CREATED', ['a']],
    ['orderId=ORD-1', ['b']],
    ['orderId=ORD-1&status=CREATED', []],
    ['recipient=ann%40EXAMPLE.com', ['a']],
    ['recipient=%2B12025550188', ['b']],
    ['recipient=2025550188', ['b']],
    ['merchantId=all', ['a', 'b', 'c', 'd']],
    ['merchantId=all&recipient=ann@example.com', ['a', 'd']],
    ['merchantInvoiceId=c', ['c']],
    ['createdAfter=2099-01-01T00:00:00Z', []],
    ['createdBefore=2099-01-01T00:00:00Z&createdAfter=2020-01-01T00:00:00Z&status=PAID', ['b']],
  ])('?%s finds %j', async (query, names) => {
    expect(await find(query)).toEqual(names);
  });

  it('finds a direct child’s, and nobody else’s', async () => {
    expect(await find(`merchantId=${child.merchant.id.toUpperCase()}`)).toEqual(['d']);
    expect(await find(`merchantId=${stranger.merchant.id}`)).toEqual([]);
    expect(await find(`merchantId=${parent.merchant.id}`, child)).toEqual([]);
    expect(await find('merchantId=all', child)).toEqual(['d']);
    expect(await find('orderId=ORD-1', stranger)).toEqual([]);
  });

  it('pages through all children’s, several statuses too, without a gap', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const path = `/paylinks?merchantId=all&status=CREATED,PAID,CANCELED&limit=1${cursor && `&cursor=${cursor}`}`;
      const page = await (await parent.call('GET', path)).json<Page>();
      seen.push(...page.data.map(({ paylinkId }) => paylinkId));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual([ids.d, ids.c, ids.b, ids.a]);
  });

  it.each(['status=PAID,NEW', 'status=', 'recipient=12', 'merchantId=mine', 'createdAfter=soon', 'colour=blue'])(
    'refuses ?%s',
    async (query) => {
      expect((await parent.call('GET', `/paylinks?${query}`)).status).toBe(400);
    },
  );
});

describe('the export', () => {
  it('is the same as CSV, a line for each Paylink after a header line', async () => {
    const api = await merchantApi();
    const quoted = {
      description: 'a "book", red',
      memo: '=1+1',
      customer: { email: 'a@example.com', firstName: '@Ann' },
    };
    const { paylinkId } = await (await api.call('POST', '/', createBody(api.merchant.id, quoted))).json<{
      paylinkId: string;
    }>();
    const answer = await api.call('GET', '/paylinks', undefined, { accept: 'text/csv' });
    expect([answer.headers.get('content-type'), answer.headers.get('link')]).toEqual(['text/csv; charset=utf-8', null]);
    const [header, row, end] = (await answer.text()).split('\r\n');
    expect(header).toMatch(/^paylinkId,merchantId,merchantInvoiceId,status,currencyCode,total,amountDue,/);
    expect(row).toContain(
      `${paylinkId},${api.merchant.id},INV-1,CREATED,USD,1010,1010,,,a@example.com,,'@Ann,,"a ""book"", red",'=1+1,http`,
    );
    expect(end).toBe('');
    const wrong = await api.call('GET', '/paylinks?recipient=1', undefined, { accept: 'text/csv' });
    expect(wrong.status).toBe(400);
  });

  it('gives no cell that a spreadsheet would take for a formula', () => {
    expect(['=1', '+1', '-1', '@a', '\t=1', 'a=1', null, -5].map(cell)).toEqual([
      "'=1",
      "'+1",
      "'-1",
      "'@a",
      "'\t=1",
      'a=1',
      '',
      '-5',
    ]);
    // Wide forms are read as the sign itself in some languages' spreadsheets, and what is blank before one is trimmed by some.
    for (const sneaky of ['＝1', '＋1', '－1', '＠a', '\n=1', ' =1', '\u00a0+1', '\u200b=1', '\ufeff@a', '\r\n-1'])
      expect(cell(sneaky)).toMatch(/^"?'/);
    for (const plain of [' a', 'a\n=1', 'Ann', '１', '\u200ba']) expect(cell(plain)).not.toMatch(/^"?'/);
  });

  it('ends after its most rows and says where to go on, until it has all of them', async () => {
    const api = await merchantApi();
    for (let n = 0; n < 5; n += 1) await api.call('POST', '/', createBody(api.merchant.id));
    const ctx = contextOf(api.merchant);
    const seen: string[] = [];
    const sizes: number[] = [];
    let after: { createdAt: number; id: string } | undefined;
    for (let part = 0; part < 9; part += 1) {
      const exported = await csvOfPaylinks(ctx, { limit: 20, after }, { rows: 2, read: 100 });
      if (exported.kind === 'refused') throw new Error(exported.refusal.detail);
      const rows = (await new Response(exported.body).text()).split('\r\n').slice(1, -1);
      sizes.push(rows.length);
      seen.push(...rows.map((row) => row.split(',')[0] ?? ''));
      if (!exported.next) break;
      after = { createdAt: exported.next.at, id: exported.next.id };
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(new Set(seen).size).toBe(5);
    const { results } = await env.DB.prepare('SELECT id FROM paylinks WHERE merchant_id = ?1')
      .bind(api.merchant.id)
      .all();
    expect(new Set(results.map(({ id }) => id))).toEqual(new Set(seen));
  });
});
