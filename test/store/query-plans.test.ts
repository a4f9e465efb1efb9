import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { readHealth } from '../../src/store/health.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { findOwner } from '../../src/store/merchants.ts';
import { searchPaylinks } from '../../src/store/paylink-search.ts';
import { findByCreateKey, findPaylink, listExpired, loadPaylink } from '../../src/store/paylinks.ts';
import { projectChanges } from '../../src/store/project-changes.ts';
import { readRecipientStatus } from '../../src/store/recipient-status.ts';
import { countHour, readHours, saveHours } from '../../src/store/stats.ts';
import { saveSweep } from '../../src/store/sweeps.ts';
import { webhookPayloadsOf } from '../../src/webhooks/payload.ts';
import { aPaylink, changesOf } from '../support/a-paylink.ts';

/** A D1 that notes every statement it is asked for and answers with the query plan instead. */
function planning(db: D1Database) {
  const statements: string[] = [];
  const proxied = (target: D1Database | D1DatabaseSession): D1Database =>
    new Proxy(db, {
      get(_, name) {
        if (name === 'prepare') {
          return (sql: string) => {
            statements.push(sql);
            return target.prepare(sql);
          };
        }
        if (name === 'withSession') return () => proxied(db.withSession('first-primary'));
        const value = Reflect.get(db, name);
        return typeof value === 'function' ? value.bind(db) : value;
      },
    });
  return { db: proxied(db), statements };
}

const plansOf = async (run: (db: D1Database) => Promise<unknown>): Promise<string[]> => {
  const { db, statements } = planning(env.DB);
  await run(db);
  const plans: string[] = [];
  for (const sql of statements) {
    const parameters = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...Array.from({ length: parameters }, () => '[]'))
      .all<{ detail: string }>();
    plans.push(...results.map(({ detail }) => detail));
  }
  return plans;
};

const hour = { merchantId: 'm', hour: 1 };
const after = { createdAt: 1, id: 'p' };
const changes = changesOf(aPaylink({ id: 'p', merchantId: 'm', version: 2, status: 'SENT' }), { lineItems: [] });

describe('no query of the hot paths scans a table', () => {
  beforeAll(async () => {
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    await saveSweep(env.DB, 'rows-moved', 'done');
  });

  const queries: Record<string, (db: D1Database) => Promise<unknown>> = {
    'read one': (db) => findPaylink(db, 'm', 'p'),
    'load for the coordinator': (db) => loadPaylink(db, 'p'),
    'find by create key': (db) => findByCreateKey(db, 'm', 'k'),
    owner: (db) => findOwner(db, 'p', 'm'),
    recipientLookup: (db) =>
      readRecipientStatus(db, [{ merchantId: 'm', knownAt: null, hashes: ['a', 'b'], countSms: true }], 0),
    'first page': (db) => searchPaylinks(db, 'm', { limit: 20 }),
    'deep page': (db) => searchPaylinks(db, 'm', { limit: 20, after }),
    'page backwards': (db) => searchPaylinks(db, 'm', { limit: 20, before: after }),
    'page by status': (db) => searchPaylinks(db, 'm', { limit: 20, status: ['SENT', 'OPENED'], after }),
    'page by invoice': (db) => searchPaylinks(db, 'm', { limit: 20, merchantInvoiceId: 'i', after }),
    'page by time': (db) => searchPaylinks(db, 'm', { limit: 20, createdAfter: 1, createdBefore: 2 }),
    'page of a child': (db) => searchPaylinks(db, 'm', { limit: 20, merchantId: 'c', after }),
    'page of all children': (db) => searchPaylinks(db, 'm', { limit: 20, merchantId: 'all', status: ['SENT'] }),
    'look-up by order': (db) => searchPaylinks(db, 'm', { limit: 20, orderId: 'o', status: ['SENT'] }),
    'look-up by recipient': (db) => searchPaylinks(db, 'm', { limit: 20, recipientHash: 'h', after }),
    'page of what is over': (db) => searchPaylinks(db, 'm', { limit: 20, status: ['PAID', 'EXPIRED'], after }),
    'page of what is over and what is not': (db) => searchPaylinks(db, 'm', { limit: 20, status: ['PAID', 'SENT'] }),
    'page by delivery status': (db) => searchPaylinks(db, 'm', { limit: 20, deliveryStatus: 'DELIVERED', after }),
    'page by delivery in trouble': (db) => searchPaylinks(db, 'm', { limit: 20, deliveryStatus: 'UNKNOWN', after }),
    expired: (db) => listExpired(db, 1, 10),
    // Of a merchant that does not exist: its plan is all that is wanted.
    insertion: (db) =>
      insertPaylinks(
        db,
        [{ ...changes, key: { key: 'k', fingerprint: 'f', expiredBefore: 0 } }],
        webhookPayloadsOf(changes),
      ).catch(() => {}),
    'roll-up of an hour': (db) => countHour(db, 1, 1),
    'roll-up written': (db) =>
      saveHours(
        db,
        [{ ...hour, created: 1, opened: 0, paid: 0, amounts: {}, openSeconds: {}, paySeconds: {} }],
        [{ ...hour, channel: 'SMS', provider: 'inbox', sent: 1, delivered: 0, bounced: 0, failed: 0, unknown: 0 }],
      ),
    'roll-up read': (db) => readHours(db, 'm', { from: 1, until: 2 }),
    projection: (db) => projectChanges(db, [changes], webhookPayloadsOf(changes)),
  };

  it.each(Object.keys(queries))('%s', async (name) => {
    const run = queries[name];
    if (!run) throw new Error('no such query');
    const plans = await plansOf(run);
    expect(plans.length).toBeGreaterThan(0);
    // A scan of a bound JSON array, or of the few rows a subquery has gathered, is no scan of a table.
    const gathered = plans.flatMap((detail) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)$/.exec(detail)?.[1] ?? []);
    const scans = plans.filter(
      (detail) =>
        /^SCAN (?!(value|j|r|w|s|\(subquery-\d+\)|CONSTANT ROW)\b|\(subquery)/.test(detail) &&
        !gathered.includes(detail.slice('SCAN '.length)) &&
        !detail.includes('VIRTUAL TABLE'),
    );
    expect(scans).toEqual([]);
    if (!name.includes('page')) return;
    // What an index gives in order is not sorted; only the pages of several merchants and statuses are merged, and then ordered once.
    const steps = plans.slice(plans.indexOf('CO-ROUTINE w'));
    const found = steps.slice(0, steps.indexOf('SCAN w'));
    const pages = found.filter((detail) => detail.startsWith('CORRELATED LIST SUBQUERY'));
    expect(pages.length).toBeGreaterThan(0);
    const walks = found.filter((detail) => /^SEARCH (x|l) USING (COVERING )?INDEX paylink\w+_(by|ended)/.test(detail));
    expect(walks.length).toBeGreaterThanOrEqual(pages.length);
    expect(steps.filter((detail) => detail === 'USE TEMP B-TREE FOR ORDER BY')).toHaveLength(
      // Where several merchants' walks end is compared, too.
      pages.length + (name === 'page of all children' ? 2 : 1),
    );
    expect(found.filter((detail) => detail.includes('FOR GROUP BY') || detail.includes('FOR DISTINCT'))).toEqual([]);
  });

  it('what the operator sees of providers, unknown outcomes and quotas is read by the hour', async () => {
    const plans = await plansOf((db) => readHealth(db, 1, 0));
    for (const step of [
      'SEARCH stats_messages USING INDEX stats_messages_by_hour (hour>?)',
      'SEARCH stats_messages USING INDEX stats_messages_unknown (hour>?)',
      'SEARCH over_quota USING PRIMARY KEY (hour>?)',
    ])
      expect(plans).toContain(step);
    expect(plans.filter((detail) => /^SCAN (stats_messages|over_quota)/.test(detail))).toEqual([]);
  });

  it('a page by a delivery status that is not rare walks the merchant’s Paylinks, and finds each one’s logs by an index', async () => {
    const plans = await plansOf((db) => searchPaylinks(db, 'm', { limit: 20, deliveryStatus: 'DELIVERED' }));
    expect(plans).toContain('SEARCH x USING COVERING INDEX paylinks_by_merchant (merchant_id=?)');
    expect(plans.filter((detail) => detail.startsWith('SEARCH l '))).toEqual([
      'SEARCH l USING PRIMARY KEY (paylink_id=?)',
      'SEARCH l USING INDEX delivery_logs_by_paylink (paylink_id=?)',
    ]);
  });

  it('a page of deliveries in trouble walks these, newest first', async () => {
    const plans = await plansOf((db) => searchPaylinks(db, 'm', { limit: 20, deliveryStatus: 'UNKNOWN', after }));
    expect(plans.filter((detail) => detail.startsWith('SEARCH l '))).toEqual([
      'SEARCH l USING COVERING INDEX paylink_logs_by_trouble (merchant_id=? AND status=? AND paylink_id<?)',
    ]);
  });

  it('a page of what is over walks that, newest first', async () => {
    const plans = await plansOf((db) => searchPaylinks(db, 'm', { limit: 20, status: ['PAID'], after }));
    expect(plans.filter((detail) => detail.startsWith('SEARCH x '))).toEqual([
      'SEARCH x USING COVERING INDEX paylinks_ended (merchant_id=? AND status=? AND id<?)',
    ]);
  });
});
