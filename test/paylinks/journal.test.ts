import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../src/paylinks/coordinator/journal.ts';
import type { Operation } from '../../src/paylinks/domain/operation.ts';
import { aPaylink, headOf } from '../support/a-paylink.ts';

/** The tables as an earlier version made them. */
const before = `
CREATE TABLE changes (paylink_id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, due_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX changes_due ON changes (due_at);
CREATE TABLE operations (
  id TEXT PRIMARY KEY, paylink_id TEXT NOT NULL, key TEXT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL, outcome TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX operations_by_key ON operations (paylink_id, key) WHERE key IS NOT NULL;
CREATE INDEX operations_by_paylink ON operations (paylink_id, fingerprint, created_at);
CREATE INDEX operations_due ON operations (due_at);`;

const operation = (id: string, some: Partial<Operation> = {}): Operation => ({
  id,
  paylinkId: 'p',
  key: null,
  fingerprint: 'f',
  state: 'running',
  createdBy: 'API Key',
  createdAt: 1,
  endedAt: null,
  dueAt: 10,
  tries: 0,
  outcome: null,
  ...some,
});

/** Runs `work` on an object's empty storage. */
const onStorage = <T>(work: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(env.GATE.get(env.GATE.idFromName(crypto.randomUUID())), (_, { storage }) => work(storage.sql));

describe('a coordinator’s journal', () => {
  it('takes over the tables of the version before', async () => {
    const found = await onStorage((sql) => {
      sql.exec(before);
      sql.exec("INSERT INTO operations VALUES ('a', 'p', 'k', 'f', 'done', 'API Key', 1, 9, 0, '{}')");
      sql.exec("INSERT INTO operations VALUES ('b', 'p', NULL, 'f', 'done', 'API Key', 2, 9, 0, '{}')");
      sql.exec("INSERT INTO operations VALUES ('c', 'p', NULL, 'f', 'done', 'API Key', 3, 9, 0, '{}')");
      const journal = new Journal(sql);
      new Journal(sql);
      return [journal.operationOf('p', 'k')?.id, journal.unkeyedOperation('p', 'f')?.id];
    });
    expect(found).toEqual(['a', 'c']);
  });

  it('keeps one operation for a key, any number without, and frees the key of one that failed', async () => {
    const found = await onStorage((sql) => {
      const journal = new Journal(sql);
      journal.addOperation(operation('a', { key: 'k' }));
      journal.addOperation(operation('b'));
      journal.addOperation(operation('c'));
      let second = 'taken';
      try {
        journal.addOperation(operation('d', { key: 'k' }));
      } catch {
        second = 'refused';
      }
      journal.saveOperation(operation('a', { state: 'failed', dueAt: 20, outcome: '{}' }));
      journal.addOperation(operation('e', { key: 'k' }));
      return [second, journal.operationOf('p', 'k')?.id, journal.operation('a')];
    });
    expect(found).toEqual(['refused', 'e', operation('a', { state: 'failed', dueAt: 20, outcome: '{}' })]);
  });

  it('forgets the changes that D1 has taken, and none that came since', async () => {
    const left = await onStorage((sql) => {
      const journal = new Journal(sql);
      const changes = (id: string, version: number) => ({
        head: headOf(aPaylink({ id, version, status: 'SENT' })),
        progressOnly: true as const,
        lineItems: null,
        deliveryLogs: [],
        events: [],
        orders: [],
      });
      journal.saveChanges(changes('p', 2), 10);
      journal.saveChanges(changes('p', 3), 20);
      journal.saveChanges(changes('q', 5), 10);
      const due = journal.takeDueChanges(10, 30, 10);
      journal.dropChanges(
        new Map([
          ['p', 2],
          ['q', 5],
          ['r', 1],
        ]),
      );
      return { due, p: journal.changesOf('p')?.head.version, q: journal.changesOf('q'), next: journal.nextDue() };
    });
    expect(left).toEqual({ due: ['p', 'q'], p: 3, q: null, next: 30 });
  });
});
