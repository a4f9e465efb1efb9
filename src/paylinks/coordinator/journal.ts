import * as z from 'zod/mini';
import { JournaledChanges } from '../../store/changes.ts';
import { type Operation, OperationRow } from '../domain/operation.ts';

/**
 * The version of the rows that this release writes. It reads every version up to the next one's, which writes only what this one can
 * read; a row further on is left as it is, and whoever asks for it gets an error.
 */
const VERSION = 2;
const READS_UP_TO = VERSION + 1;

/**
 * What a coordinator must not forget, in its own SQLite: changes that D1 may not have yet, and operations (sends) with their
 * idempotency keys. Everything has a `due_at` (ms): when somebody has to look at it again. Every index is written with every send, so
 * there are few. `cancels`: those that were told 409, as a call was in flight.
 */
const schema = `
CREATE TABLE IF NOT EXISTS changes (
  paylink_id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, due_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operations (
  id TEXT PRIMARY KEY, paylink_id TEXT NOT NULL, key TEXT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL, outcome TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cancels (paylink_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS operations_by_paylink_key ON operations (paylink_id, key);
CREATE INDEX IF NOT EXISTS operations_due ON operations (due_at);`;

/** Columns that came later, by table. */
const added: [table: string, column: string, type: string][] = [
  ['changes', 'v', 'INTEGER NOT NULL DEFAULT 1'],
  ['operations', 'v', 'INTEGER NOT NULL DEFAULT 1'],
  ['operations', 'ended_at', 'INTEGER'],
];

const columns = `id, paylink_id AS paylinkId, key, fingerprint, state, created_by AS createdBy, created_at AS createdAt,
  ended_at AS endedAt, due_at AS dueAt, tries, outcome`;

const Versioned = z.object({ v: z.int() });
const ChangesRow = z.object({ v: z.int(), body: z.string() });

/** A row was written by a release two or more versions on. */
export class NewerRow extends Error {
  override name = 'NewerRow';
}

function readable<T>(row: T): T {
  const { v } = Versioned.parse(row);
  if (v > READS_UP_TO) throw new NewerRow(`a row of version ${v}; this release reads up to ${READS_UP_TO}`);
  return row;
}

/** Typed statements over the object's SQLite. Writes without an `await` between them commit together. */
export class Journal {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(schema);
    for (const [table, column, type] of added) {
      const [found] = sql.exec('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, column).toArray();
      if (!found) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
    }
  }

  /** Keeps what D1 may not have; what is kept already stays due when it was. */
  saveChanges(changes: JournaledChanges, dueAt: number): void {
    this.#sql.exec(
      `INSERT INTO changes (paylink_id, version, body, due_at, v) VALUES (?, ?, ?, ?, ${VERSION})
       ON CONFLICT (paylink_id) DO UPDATE SET version = excluded.version, body = excluded.body, v = excluded.v`,
      changes.head.id,
      changes.head.version,
      JSON.stringify(changes),
      dueAt,
    );
  }

  /** Changes of a Paylink that D1 may not have. @throws NewerRow */
  changesOf(paylinkId: string): JournaledChanges | null {
    const [row] = this.#sql.exec('SELECT v, body FROM changes WHERE paylink_id = ?', paylinkId).toArray();
    return row ? JournaledChanges.parse(JSON.parse(ChangesRow.parse(readable(row)).body)) : null;
  }

  /** Forgets what D1 has taken (versions by Paylink), unless more has come since. */
  dropChanges(projected: ReadonlyMap<string, number>): void {
    this.#sql.exec(
      `DELETE FROM changes WHERE (paylink_id, version) IN
         (SELECT c.paylink_id, c.version FROM json_each(?) t JOIN changes c ON c.paylink_id = t.value->>0 AND c.version <= t.value->>1)`,
      JSON.stringify([...projected]),
    );
  }

  /** Paylinks whose changes D1 should have by now; they fall due again at `again` (ms) unless dropped before. */
  takeDueChanges(now: number, again: number, limit: number): string[] {
    const ids = this.#sql
      .exec<{ id: string }>(
        `SELECT paylink_id AS id FROM changes WHERE due_at <= ? AND v <= ${READS_UP_TO} ORDER BY due_at LIMIT ?`,
        now,
        limit,
      )
      .toArray()
      .map(({ id }) => id);
    for (const id of ids) this.#sql.exec('UPDATE changes SET due_at = ? WHERE paylink_id = ?', again, id);
    return ids;
  }

  addOperation(operation: Operation): void {
    const { id, paylinkId, key, fingerprint, state, createdBy, createdAt, endedAt, dueAt, tries, outcome } = operation;
    this.#sql.exec(
      `INSERT INTO operations (id, paylink_id, key, fingerprint, state, created_by, created_at, ended_at, due_at, tries, outcome, v)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${VERSION})`,
      ...[id, paylinkId, key, fingerprint, state, createdBy, createdAt, endedAt, dueAt, tries, outcome],
    );
  }

  /** Writes down how far an operation has come. */
  saveOperation({ id, key, state, endedAt, dueAt, tries, outcome }: Operation): void {
    if (state === 'failed') this.#sql.exec('UPDATE operations SET key = ? WHERE id = ?', key, id);
    this.#sql.exec(
      `UPDATE operations SET state = ?, ended_at = ?, due_at = ?, tries = ?, outcome = ?, v = ${VERSION} WHERE id = ?`,
      ...[state, endedAt, dueAt, tries, outcome, id],
    );
  }

  /** Has an operation looked at again at `at` (ms). */
  postpone(id: string, at: number): void {
    this.#sql.exec('UPDATE operations SET due_at = ? WHERE id = ?', at, id);
  }

  /** Kept answers name the customer; without one a repeat is answered from how the Paylink is now. @throws NewerRow */
  forgetAnswers(paylinkId: string): void {
    for (const row of this.#sql.exec('SELECT v FROM operations WHERE paylink_id = ?', paylinkId)) readable(row);
    this.#sql.exec('UPDATE operations SET outcome = NULL WHERE paylink_id = ?', paylinkId);
  }

  deleteOperation(id: string): void {
    this.#sql.exec('DELETE FROM operations WHERE id = ?', id);
  }

  /** @throws NewerRow */
  operation(id: string): Operation | null {
    return this.#operations('WHERE id = ?', id)[0] ?? null;
  }

  /** The Paylink's operation of this key. @throws NewerRow */
  operationOf(paylinkId: string, key: string): Operation | null {
    return this.#operations('WHERE paylink_id = ? AND key = ?', paylinkId, key)[0] ?? null;
  }

  /** The latest un-keyed operation that asked for the same and has not failed. @throws NewerRow */
  unkeyedOperation(paylinkId: string, fingerprint: string): Operation | null {
    const where = `WHERE paylink_id = ? AND fingerprint = ? AND key IS NULL AND state <> 'failed' ORDER BY id DESC LIMIT 1`;
    return this.#operations(where, paylinkId, fingerprint)[0] ?? null;
  }

  /** Operations of a Paylink whose end is not known. @throws NewerRow */
  openOperations(paylinkId: string): Operation[] {
    return this.#operations(`WHERE paylink_id = ? AND state IN ('running', 'unsettled', 'settling')`, paylinkId);
  }

  /** What has to be looked at by now, the longest due first. */
  dueOperations(now: number, limit: number): Operation[] {
    return this.#operations(`WHERE due_at <= ? AND v <= ${READS_UP_TO} ORDER BY due_at LIMIT ?`, now, limit);
  }

  /** When the earliest of everything is due, ms; null when nothing ever is. */
  nextDue(): number | null {
    const [row] = this.#sql
      .exec<{ at: number | null }>(
        `SELECT min(at) AS at FROM (SELECT min(due_at) AS at FROM changes WHERE v <= ${READS_UP_TO}
           UNION ALL SELECT * FROM (SELECT due_at FROM operations WHERE v <= ${READS_UP_TO} ORDER BY due_at LIMIT 1))`,
      )
      .toArray();
    return row?.at ?? null;
  }

  /** Whether a cancel of this Paylink was told 409 and none was told 204 since. */
  isCancelUnconfirmed(paylinkId: string): boolean {
    return this.#sql.exec('SELECT 1 FROM cancels WHERE paylink_id = ?', paylinkId).toArray().length > 0;
  }

  setCancelUnconfirmed(paylinkId: string, unconfirmed: boolean): void {
    if (unconfirmed) this.#sql.exec('INSERT INTO cancels (paylink_id) VALUES (?) ON CONFLICT DO NOTHING', paylinkId);
    else this.#sql.exec('DELETE FROM cancels WHERE paylink_id = ?', paylinkId);
  }

  #operations(where: string, ...values: (string | number)[]): Operation[] {
    const rows = this.#sql.exec(`SELECT ${columns}, v FROM operations ${where}`, ...values).toArray();
    return rows.map((row) => OperationRow.parse(readable(row)));
  }
}
