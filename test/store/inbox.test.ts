import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  findInboxMessage,
  type InboxFilter,
  type InboxMessage,
  inboxQuery,
  insertInboxMessage,
  listInboxMessages,
} from '../../src/store/inbox.ts';
import { publicPaylinkSql } from '../../src/store/public-links.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

const message = (id: string, more: Partial<InboxMessage> = {}): InboxMessage => ({
  id,
  merchantId: 'merchant-a',
  paylinkId: 'paylink-a',
  channel: 'EMAIL',
  to: 'ada@example.com',
  subject: 'A request',
  text: 'Pay me',
  html: '<p>Pay me</p>',
  createdAt: 1000,
  ...more,
});

const plan = async (sql: string, values: (string | number)[]): Promise<string> => {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all();
  return z
    .array(z.object({ detail: z.string() }))
    .parse(results)
    .map((row) => row.detail)
    .join('\n');
};

describe('the inbox', () => {
  it('gives a message back as it was kept, and null for an unknown id', async () => {
    await insertInboxMessage(env.DB, message('kept'));
    expect(await findInboxMessage(env.DB, 'kept')).toEqual(message('kept'));
    expect(await findInboxMessage(env.DB, 'unknown')).toBeNull();
  });

  it('keeps the first of two messages with one id', async () => {
    await insertInboxMessage(env.DB, message('twice'));
    await insertInboxMessage(env.DB, message('twice', { subject: 'Written again' }));
    expect(await findInboxMessage(env.DB, 'twice')).toEqual(message('twice'));
  });

  it('lists newest first, by merchant, recipient and Paylink, up to the limit', async () => {
    const sms = { channel: 'SMS', to: '+12025550123', subject: null, html: null } as const;
    const own = { merchantId: 'merchant-list' };
    await insertInboxMessage(env.DB, message('one', { ...own, createdAt: 1 }));
    await insertInboxMessage(env.DB, message('two', { ...own, ...sms, createdAt: 2, paylinkId: 'paylink-b' }));
    await insertInboxMessage(env.DB, message('three', { ...own, ...sms, createdAt: 3 }));
    const ids = async (filter: Partial<InboxFilter>) =>
      (await listInboxMessages(env.DB, { merchantId: 'merchant-list', limit: 10, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual(['three', 'two', 'one']);
    expect(await ids({ limit: 1 })).toEqual(['three']);
    expect(await ids({ to: '+12025550123' })).toEqual(['three', 'two']);
    expect(await ids({ to: '+12025550123', paylinkId: 'paylink-b' })).toEqual(['two']);
    expect(await ids({ merchantId: 'merchant-other' })).toEqual([]);
    expect(await ids({ merchantId: null, paylinkId: 'paylink-b' })).toEqual(['two']);
  });

  it.each<Partial<InboxFilter>>([
    {},
    { merchantId: 'm' },
    { to: 'a' },
    { paylinkId: 'p' },
    { merchantId: 'm', to: 'a' },
    { merchantId: 'm', paylinkId: 'p' },
    { merchantId: 'm', to: 'a', paylinkId: 'p' },
  ])('reads %j in the order of an index and sorts nothing', async (filter) => {
    const { sql, values } = inboxQuery({ merchantId: null, limit: 10, ...filter });
    const detail = await plan(sql, values);
    expect(detail).toMatch(/^(SEARCH|SCAN) inbox_messages USING INDEX inbox_messages_by_\w+( \([^)]*\))?$/);
    if (values.length > 1) expect(detail).toMatch(/^SEARCH/);
  });
});

describe('the public view of a Paylink', () => {
  it('is found by its code without a scan', async () => {
    const tables = (await plan(publicPaylinkSql, ['code'])).split('\n').filter((line) => /^(SEARCH|SCAN)/.test(line));
    expect(tables).toHaveLength(4);
    for (const line of tables) expect(line).toMatch(/^SEARCH/);
  });
});
