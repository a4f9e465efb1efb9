import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  deleteInboxMessage,
  deleteInboxMessages,
  findInboxMessage,
  forgetInboxMessages,
  type InboxFilter,
  type InboxMessage,
  inboxMark,
  inboxMarkQuery,
  inboxQuery,
  insertInboxMessage,
  listInboxLines,
  listInboxMessages,
  markInboxMessageRead,
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
  headers: { To: 'Ada' },
  readAt: null,
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
    expect(await findInboxMessage(env.DB, null, 'kept')).toEqual(message('kept'));
    expect(await findInboxMessage(env.DB, null, 'unknown')).toBeNull();
  });

  it('forgets what is old, and of each merchant all but its newest, a bounded part a call', async () => {
    for (const merchantId of ['merchant-x', 'merchant-y'])
      for (let n = 0; n < 5; n++) {
        await insertInboxMessage(env.DB, message(`${merchantId}-${n}`, { merchantId, createdAt: 5_000_000 + n }));
      }
    const left = async (merchantId: string) =>
      (await listInboxMessages(env.DB, { merchantId, limit: 10 })).map(({ id }) => id.slice(-1)).join('');
    expect(await forgetInboxMessages(env.DB, 5_000_001, 10, 1)).toBe(1);
    await forgetInboxMessages(env.DB, 5_000_001, 10, 100);
    expect([await left('merchant-x'), await left('merchant-y')]).toEqual(['4321', '4321']);
    await forgetInboxMessages(env.DB, 0, 3, 1);
    expect([await left('merchant-x'), await left('merchant-y')]).toEqual(['432', '4321']);
    await forgetInboxMessages(env.DB, 0, 3, 100);
    expect([await left('merchant-x'), await left('merchant-y')]).toEqual(['432', '432']);
  });

  it('keeps the first of two messages with one id', async () => {
    await insertInboxMessage(env.DB, message('twice'));
    await insertInboxMessage(env.DB, message('twice', { subject: 'Written again' }));
    expect(await findInboxMessage(env.DB, null, 'twice')).toEqual(message('twice'));
  });

  it('lists newest first, by merchant, recipient and Paylink, up to the limit', async () => {
    const sms = { channel: 'SMS', to: '+12025550123', subject: null, html: null } as const;
    const own = { merchantId: 'merchant-list' };
    await insertInboxMessage(env.DB, message('one', { ...own, createdAt: 1 }));
    await insertInboxMessage(env.DB, message('two', { ...own, ...sms, createdAt: 2, paylinkId: 'paylink-b' }));
    await insertInboxMessage(env.DB, message('three', { ...own, ...sms, createdAt: 3 }));
    const ids = async (filter: Partial<Parameters<typeof inboxQuery>[0]>) =>
      (await listInboxMessages(env.DB, { merchantId: 'merchant-list', limit: 10, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual(['three', 'two', 'one']);
    expect(await ids({ limit: 1 })).toEqual(['three']);
    expect(await ids({ after: { at: 3, id: 'three' } })).toEqual(['two', 'one']);
    expect(await ids({ to: '+12025550123' })).toEqual(['three', 'two']);
    expect(await ids({ to: '+12025550123', paylinkId: 'paylink-b' })).toEqual(['two']);
    expect(await ids({ merchantId: 'merchant-other' })).toEqual([]);
    expect(await ids({ merchantId: null, paylinkId: 'paylink-b' })).toEqual(['two']);
  });

  it('reads what tells whether a page is still true from indexes alone', async () => {
    const marked = inboxMarkQuery(null);
    expect(await plan(marked, ['m'])).not.toMatch(/SCAN inbox_messages(?! USING COVERING INDEX)/);
    const own = inboxMarkQuery('m');
    expect(await plan(own, ['m', 'm'])).toMatch(
      /SEARCH inbox_messages USING COVERING INDEX inbox_messages_by_merchant/,
    );
  });

  it('is another one for its mark when a message comes, goes or its Paylink changes', async () => {
    const marks = [await inboxMark(env.DB, 'merchant-mark', 'marked')];
    const own = { merchantId: 'merchant-mark', paylinkId: 'paylink-marked' };
    await insertInboxMessage(env.DB, message('marked', { ...own, createdAt: 5 }));
    marks.push(await inboxMark(env.DB, 'merchant-mark', 'marked'));
    await deleteInboxMessage(env.DB, 'merchant-mark', 'marked');
    await insertInboxMessage(env.DB, message('marked-later', { ...own, createdAt: 6 }));
    marks.push(await inboxMark(env.DB, 'merchant-mark', 'marked'));
    expect(new Set(marks).size).toBe(3);
  });

  it('counts what is listed and what nobody has read, and deletes only what a filter finds', async () => {
    const own = { merchantId: 'merchant-count' };
    await insertInboxMessage(env.DB, message('read', { ...own, subject: 'Ärger', readAt: 1 }));
    await insertInboxMessage(env.DB, message('unread', { ...own, text: 'x'.repeat(1_000) }));
    const listed = await listInboxLines(env.DB, { ...own, limit: 1 });
    expect(listed.count).toEqual({ messages: 2, unread: 1 });
    expect(listed.lines.map(({ id, text }) => [id, text.length])).toEqual([['unread', 200]]);
    await deleteInboxMessages(env.DB, { ...own, search: 'ärger' });
    await deleteInboxMessages(env.DB, { merchantId: 'merchant-other' });
    expect((await listInboxLines(env.DB, { ...own, limit: 9 })).count).toEqual({ messages: 2, unread: 1 });
    await deleteInboxMessages(env.DB, { ...own, search: 'a request', unread: true });
    expect((await listInboxLines(env.DB, { ...own, limit: 9 })).count).toEqual({ messages: 1, unread: 0 });
  });

  it('gives, marks and deletes another merchant’s message for nobody', async () => {
    await insertInboxMessage(env.DB, message('foreign', { merchantId: 'merchant-f' }));
    expect(await findInboxMessage(env.DB, 'merchant-a', 'foreign')).toBeNull();
    await markInboxMessageRead(env.DB, 'merchant-a', 'foreign', 7);
    expect(await deleteInboxMessage(env.DB, 'merchant-a', 'foreign')).toBe(false);
    expect(await findInboxMessage(env.DB, 'merchant-f', 'foreign')).toMatchObject({ readAt: null });
    await markInboxMessageRead(env.DB, 'merchant-f', 'foreign', 7);
    await markInboxMessageRead(env.DB, 'merchant-f', 'foreign', 8);
    expect(await findInboxMessage(env.DB, 'merchant-f', 'foreign')).toMatchObject({ readAt: 7 });
  });

  it.each<Partial<InboxFilter>>([
    {},
    { merchantId: 'm' },
    { to: 'a' },
    { paylinkId: 'p' },
    { merchantId: 'm', to: 'a' },
    { merchantId: 'm', paylinkId: 'p' },
    { merchantId: 'm', to: 'a', paylinkId: 'p' },
    { after: { at: 1, id: 'a' } },
    { merchantId: 'm', after: { at: 1, id: 'a' } },
    { to: 'a', after: { at: 1, id: 'a' } },
  ])('reads %j in the order of an index and sorts nothing', async (filter) => {
    const { sql, values } = inboxQuery({ merchantId: null, limit: 10, ...filter });
    const detail = await plan(sql, values);
    expect(detail).toMatch(/^(SEARCH|SCAN) inbox_messages USING INDEX inbox_messages_by_\w+( \(.*\))?$/);
    if (values.length > 1) expect(detail).toMatch(/^SEARCH/);
  });
});

describe('the public view of a Paylink', () => {
  it('is found by its code without a scan', async () => {
    // Paylink and merchant; items and orders, each with those that were not moved yet, which are looked up among the others.
    const lines = (await plan(publicPaylinkSql, ['code'])).split('\n');
    expect(lines.filter((line) => line.startsWith('SEARCH'))).toHaveLength(8);
    // The few rows that a subquery has gathered are no table.
    expect(lines.filter((line) => /^SCAN (?![io]$)/.test(line))).toEqual([]);
  });
});
