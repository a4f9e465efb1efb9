import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
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

const changes = (id: string, version: number) => ({
  head: headOf(aPaylink({ id, version, status: 'SENT' })),
  progressOnly: true as const,
  lineItems: null,
  deliveryLogs: [],
  events: [],
  orders: [],
});

/** Runs `work` on an object's empty storage. */
const onStorage = <T>(work: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(env.GATE.get(env.GATE.idFromName(crypto.randomUUID())), (_, { storage }) => work(storage.sql));

describe('a coordinator’s journal', () => {
  it('takes over the tables of the version before', async () => {
    const found = await onStorage((sql) => {
      sql.exec(before);
      const week = Date.now() + 7 * 24 * 60 * 60_000;
      sql.exec("INSERT INTO operations VALUES ('a', 'p', 'k', 'f', 'done', 'API Key', 1, ?, 0, '{}')", week);
      sql.exec("INSERT INTO operations VALUES ('b', 'p', NULL, 'f', 'done', 'API Key', 2, ?, 0, '{}')", week);
      sql.exec("INSERT INTO operations VALUES ('c', 'p', NULL, 'f', 'done', 'API Key', 3, ?, 0, '{}')", week);
      sql.exec("INSERT INTO operations VALUES ('d', 'q', 'k', 'f', 'running', 'API Key', 4, 9, 0, NULL)");
      sql.exec('INSERT INTO changes VALUES (?, 3, ?, 8)', 'q', JSON.stringify(changes('q', 3)));
      new Journal(sql);
      const journal = new Journal(sql);
      const taken = [
        journal.changesOf('q')?.head.version,
        journal.takeDueChanges(8, 20, 9),
        journal.dueOperations(9, 9),
      ];
      return [journal.operationOf('p', 'k')?.id, journal.unkeyedOperation('p', 'f')?.id, ...taken];
    });
    const running = operation('d', { paylinkId: 'q', key: 'k', createdAt: 4, dueAt: 9 });
    expect(found).toEqual(['a', 'c', 3, ['q'], [running]]);
  });

  it('drops the tables of the version before when nothing in them is of use any more', async () => {
    const left = await onStorage((sql) => {
      sql.exec(before);
      sql.exec("INSERT INTO operations VALUES ('a', 'p', 'k', 'f', 'done', 'API Key', 1, 9, 0, '{}')");
      new Journal(sql);
      return sql.exec("SELECT name FROM sqlite_master WHERE name IN ('changes', 'operations')").toArray();
    });
    expect(left).toEqual([]);
  });

  it('writes one row for all that one turn changes of a Paylink, and none for what D1 has taken meanwhile', async () => {
    const written = await onStorage((sql) => {
      const journal = new Journal(sql);
      const rowsOf = (work: () => void) => {
        const count = () => Number(sql.exec<{ n: number }>('SELECT total_changes() AS n').one().n);
        const at = count();
        work();
        return count() - at;
      };
      return [
        rowsOf(() =>
          journal.together(() => {
            journal.addOperation(operation('a', { key: 'k' }));
            journal.saveChanges(changes('p', 2), 10);
            journal.saveOperation(operation('a', { key: 'k', state: 'done', outcome: '{}', endedAt: 1 }));
          }),
        ),
        rowsOf(() => journal.dropChanges(new Map([['p', 2]]))),
        journal.takeDueChanges(99, 100, 10).length,
        rowsOf(() => journal.saveChanges(changes('p', 3), 20)),
        journal.takeDueChanges(99, 100, 10).length,
      ];
    });
    expect(written).toEqual([1, 0, 0, 1, 1]);
  });

  it('keeps an operation of a key a week in its day’s table, its answer for that day and the next', async () => {
    const day = 24 * 60 * 60_000;
    const found = await onStorage((sql) => {
      const journal = new Journal(sql);
      const done = operation('a', { key: 'k', state: 'done', outcome: '{}', endedAt: 100 * day + 5 });
      journal.addOperation(done);
      journal.retireOperation(done);
      const at = (now: number) => {
        journal.dropOldDays(now);
        const kept = new Journal(sql).operationOf('p', 'k');
        return [kept?.state, kept?.outcome, journal.nextDue()];
      };
      return [100 * day + 6, 102 * day - 1, 102 * day, 108 * day - 1, 108 * day].map(at);
    });
    expect(found).toEqual([
      ['done', '{}', 102 * day],
      ['done', '{}', 102 * day],
      ['done', null, 108 * day],
      ['done', null, 108 * day],
      [undefined, undefined, null],
    ]);
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
      return [second, journal.operationOf('p', 'k')?.id, journal.operation('p', 'a')];
    });
    expect(found).toEqual(['refused', 'e', operation('a', { state: 'failed', dueAt: 20, outcome: '{}' })]);
  });

  it('forgets the changes that D1 has taken, and none that came since', async () => {
    const left = await onStorage((sql) => {
      const journal = new Journal(sql);
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

  it('knows what is due without a look at its rows, which are mostly those of sends that D1 has', async () => {
    const found = await onStorage((sql) => {
      new Journal(sql).saveChanges(changes('p', 2), 10);
      const journal = new Journal(sql);
      journal.together(() => {
        journal.saveChanges(changes('q', 2), 10);
        journal.addOperation(operation('a', { paylinkId: 'q', dueAt: 60 }));
      });
      journal.dropChanges(new Map([['q', 2]]));
      const next = journal.nextDue();
      const asked = vi.spyOn(sql, 'exec');
      const due = [
        journal.takeDueChanges(10, 30, 10),
        journal.takeDueChanges(29, 40, 10),
        journal.takeDueChanges(30, 50, 10),
      ];
      return { due, statements: asked.mock.calls.length, next: [next, journal.nextDue()] };
    });
    expect(found).toEqual({ due: [['p'], [], ['p']], statements: 0, next: [10, 50] });
  });
});
