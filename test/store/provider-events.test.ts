import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { GATEWAY, suppressionsBy } from '../../src/audit/record.ts';
import type { DeliveryEvent } from '../../src/model/delivery.ts';
import { deleteInboxMessages, listPaylinksOfRecipient } from '../../src/store/paylinks.ts';
import {
  dueDeliveryEvents,
  forgetProviderEvents,
  locateAttempts,
  settleDeliveryEvents,
  storeDeliveryEvents,
  storeOptOutEvent,
} from '../../src/store/provider-events.ts';
import { listSuppressions } from '../../src/store/suppressions.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

const event = (some: Partial<DeliveryEvent> = {}): DeliveryEvent => ({
  id: `mailchannels:${crypto.randomUUID()}`,
  provider: 'mailchannels',
  attemptId: null,
  paylinkId: null,
  messageId: 'm',
  status: 'SENT',
  suppression: null,
  reason: null,
  ...some,
});

/** A D1 that notes the statements it is asked for. */
function noting(db: D1Database) {
  const statements: string[] = [];
  const noted = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          statements.push(sql);
          return target.prepare(sql);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { db: noted, statements };
}

const tell = suppressionsBy(env.DB, GATEWAY, 0);

describe('provider events', () => {
  it('are stored once each, thousands in one transaction, and due when they are told to be', async () => {
    const events = Array.from({ length: 2_500 }, () => event());
    const [first] = events;
    if (!first) throw new Error('none');
    expect((await storeDeliveryEvents(env.DB, events, 1_000, 31_000, tell)).size).toBe(2_500);
    expect((await storeDeliveryEvents(env.DB, [first, event({ id: 'resend:1' })], 2_000, 32_000, tell)).size).toBe(1);
    expect(await dueDeliveryEvents(env.DB, 30_999, 10)).toEqual([]);
    expect(await dueDeliveryEvents(env.DB, 31_000, 10)).toHaveLength(10);
    expect(await forgetProviderEvents(env.DB, 1_001)).toBe(2_500);
  });

  it('that could not be applied come back later and later', async () => {
    const one = event();
    await storeDeliveryEvents(env.DB, [one], 0, 0, tell);
    const due: unknown[] = [];
    for (let tries = 0; tries < 10; tries++) {
      await settleDeliveryEvents(env.DB, [], [one.id], 0);
      const row = await env.DB.prepare('SELECT due_at FROM provider_reports WHERE id = ?').bind(one.id).first();
      due.push(Number(row?.due_at) / 60_000);
    }
    expect(due).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 256]);
    await settleDeliveryEvents(env.DB, [one.id], [], 0);
    expect(await env.DB.prepare('SELECT 1 FROM provider_reports WHERE id = ?').bind(one.id).first()).toBeNull();
  });

  it('and recipients are found by indexes alone', async () => {
    const { db, statements } = noting(env.DB);
    await storeDeliveryEvents(db, [event({ suppression: 'complaint' })], 0, 0, tell);
    await storeOptOutEvent(db, { id: 'a', provider: 'twilio', kind: 'stop', recipientHash: 'h' }, 0, tell);
    await storeOptOutEvent(db, { id: 'b', provider: 'twilio', kind: 'start', recipientHash: 'h' }, 0, tell);
    await locateAttempts(db, ['a']);
    await dueDeliveryEvents(db, 0, 1);
    await settleDeliveryEvents(db, ['a'], ['b'], 0);
    await forgetProviderEvents(db, 0);
    await listSuppressions(db, 'm', { limit: 1 });
    await listPaylinksOfRecipient(db, 'm', 'EMAIL', 'h', 1);
    await listPaylinksOfRecipient(db, 'm', 'SMS', 'h', 1);
    await deleteInboxMessages(db, 'm', 'EMAIL', 'a@b.example');
    expect(statements.length).toBeGreaterThan(12);
    for (const sql of statements) {
      const count = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
      const plan = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...Array.from({ length: count }, () => '[]'));
      const { results } = await plan.all<{ detail: string }>();
      const scans = results
        .map(({ detail }) => detail)
        // `d`: the few rows that a subquery has found.
        .filter((detail) => /^SCAN (?!json_each|\(|CONSTANT|d$)/.test(detail) && !detail.includes('VIRTUAL TABLE'));
      expect(scans, sql).toEqual([]);
    }
  });
});
