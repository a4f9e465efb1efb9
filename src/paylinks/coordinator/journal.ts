import { type Operation, OperationRow } from '../domain/operation.ts';
import type { JournaledChanges } from './pending-changes.ts';

/**
 * What a coordinator must not forget, in its own SQLite: changes that D1 may not have yet, and operations (sends) with their
 * idempotency keys. Everything has a `due_at` (ms): when somebody has to look at it again. Every index is written with every send, so
 * there are few: changes are so few at a time that the alarm may go through them all.
 */
const schema = `
CREATE TABLE IF NOT EXISTS changes (
  paylink_id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, due_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operations (
  id TEXT PRIMARY KEY, paylink_id TEXT NOT NULL, key TEXT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL, outcome TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS operations_by_paylink_key ON operations (paylink_id, key);
CREATE INDEX IF NOT EXISTS operations_due ON operations (due_at);
DROP INDEX IF EXISTS changes_due;
DROP INDEX IF EXISTS operations_by_key;
DROP INDEX IF EXISTS operations_by_paylink;`;

const columns = `id, paylink_id AS paylinkId, key, fingerprint, state, created_by AS createdBy, created_at AS createdAt, due_at AS dueAt, tries, outcome`;

/** Typed statements over the object's SQLite. Writes without an `await` between them commit together. */
export class Journal {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(schema);
  }

  /** Keeps what D1 may not have; what is kept already stays due when it was. */
  saveChanges(changes: JournaledChanges, dueAt: number): void {
    this.#sql.exec(
      `INSERT INTO changes (paylink_id, version, body, due_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (paylink_id) DO UPDATE SET version = excluded.version, body = excluded.body`,
      changes.head.id,
      changes.head.version,
      JSON.stringify(changes),
      dueAt,
    );
  }

  /** Changes of a Paylink that D1 may not have. This object wrote them, so their shape is trusted. */
  changesOf(paylinkId: string): JournaledChanges | null {
    const [row] = this.#sql
      .exec<{ body: string }>('SELECT body FROM changes WHERE paylink_id = ?', paylinkId)
      .toArray();
    return row ? JSON.parse(row.body) : null;
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
    const ids = this.#ids('SELECT paylink_id AS id FROM changes WHERE due_at <= ? ORDER BY due_at LIMIT ?', now, limit);
    for (const id of ids) this.#sql.exec('UPDATE changes SET due_at = ? WHERE paylink_id = ?', again, id);
    return ids;
  }

  addOperation(operation: Operation): void {
    const { id, paylinkId, key, fingerprint, state, createdBy, createdAt, dueAt, tries, outcome } = operation;
    this.#sql.exec(
      'INSERT INTO operations (id, paylink_id, key, fingerprint, state, created_by, created_at, due_at, tries, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      paylinkId,
      key,
      fingerprint,
      state,
      createdBy,
      createdAt,
      dueAt,
      tries,
      outcome,
    );
  }

  /** Writes down how far an operation has come. */
  saveOperation({ id, key, state, dueAt, tries, outcome }: Operation): void {
    if (state === 'failed') this.#sql.exec('UPDATE operations SET key = ? WHERE id = ?', key, id);
    this.#sql.exec(
      'UPDATE operations SET state = ?, due_at = ?, tries = ?, outcome = ? WHERE id = ?',
      state,
      dueAt,
      tries,
      outcome,
      id,
    );
  }

  /** Kept answers name the customer; without one a repeat is answered from how the Paylink is now. */
  forgetAnswers(paylinkId: string): void {
    this.#sql.exec('UPDATE operations SET outcome = NULL WHERE paylink_id = ?', paylinkId);
  }

  deleteOperation(id: string): void {
    this.#sql.exec('DELETE FROM operations WHERE id = ?', id);
  }

  operation(id: string): Operation | null {
    return this.#operation('WHERE id = ?', id);
  }

  /** The Paylink's operation of this key. */
  operationOf(paylinkId: string, key: string): Operation | null {
    return this.#operation('WHERE paylink_id = ? AND key = ?', paylinkId, key);
  }

  /** The latest un-keyed operation that asked for the same, begun after `since` (ms) or still running. */
  unkeyedOperation(paylinkId: string, fingerprint: string, since: number): Operation | null {
    return this.#operation(
      `WHERE paylink_id = ? AND fingerprint = ? AND key IS NULL AND state <> 'failed' AND (created_at > ? OR state = 'running')
       ORDER BY created_at DESC LIMIT 1`,
      paylinkId,
      fingerprint,
      since,
    );
  }

  /** Operations of a Paylink whose end is not known. */
  openOperations(paylinkId: string): Operation[] {
    return this.#sql
      .exec(
        `SELECT ${columns} FROM operations WHERE paylink_id = ? AND state IN ('running', 'unsettled', 'settling')`,
        paylinkId,
      )
      .toArray()
      .map((row) => OperationRow.parse(row));
  }

  dueOperations(now: number, limit: number): Operation[] {
    return this.#sql
      .exec(`SELECT ${columns} FROM operations WHERE due_at <= ? ORDER BY due_at LIMIT ?`, now, limit)
      .toArray()
      .map((row) => OperationRow.parse(row));
  }

  /** When the earliest of everything is due, ms; null when nothing ever is. */
  nextDue(): number | null {
    const [row] = this.#sql
      .exec<{ at: number | null }>(
        'SELECT min(at) AS at FROM (SELECT min(due_at) AS at FROM changes UNION ALL SELECT min(due_at) FROM operations)',
      )
      .toArray();
    return row?.at ?? null;
  }

  /** Has operations that an earlier life of this object was running looked after at `now` (ms). @returns whether there are any */
  abandonRunning(now: number): boolean {
    const abandoned = this.#ids("SELECT id FROM operations WHERE state = 'running'");
    if (abandoned.length > 0) this.#sql.exec("UPDATE operations SET due_at = ? WHERE state = 'running'", now);
    return abandoned.length > 0;
  }

  #operation(where: string, ...values: (string | number)[]): Operation | null {
    const [row] = this.#sql.exec(`SELECT ${columns} FROM operations ${where}`, ...values).toArray();
    return row ? OperationRow.parse(row) : null;
  }

  #ids(sql: string, ...values: number[]): string[] {
    return this.#sql
      .exec<{ id: string }>(sql, ...values)
      .toArray()
      .map((row) => row.id);
  }
}
