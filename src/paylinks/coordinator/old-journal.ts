import * as z from 'zod/mini';
import { JournaledChanges } from '../../store/changes.ts';
import { type Operation, OperationRow } from '../domain/operation.ts';

/** An operation that is not over is looked at again within this, ms. */
const OPEN_DUE_MS = 7 * 60 * 60_000;
/** Columns that came later, by table. */
const added: [table: string, column: string, type: string][] = [
  ['changes', 'v', 'INTEGER NOT NULL DEFAULT 1'],
  ['operations', 'v', 'INTEGER NOT NULL DEFAULT 1'],
  ['operations', 'ended_at', 'INTEGER'],
];

const columns = `id, paylink_id AS paylinkId, key, fingerprint, state, created_by AS createdBy, created_at AS createdAt,
  ended_at AS endedAt, due_at AS dueAt, tries, outcome`;
const ChangesRow = z.object({ body: z.string(), dueAt: z.int() });

/**
 * The tables of the releases before: one for changes, one for operations. What is going on is taken out of them once; what is over answers
 * for its key until its week has passed. To be deleted with the release after the next.
 */
export class OldJournal {
  readonly #sql: SqlStorage;

  private constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** null: there are none, or nothing in them is of use any more. @param now ms */
  static open(sql: SqlStorage, now: number): OldJournal | null {
    const found = sql.exec(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name IN ('changes', 'operations')`);
    if (found.toArray().length < 2) return null;
    for (const [table, column, type] of added) {
      const [has] = sql.exec('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, column).toArray();
      if (!has) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
    }
    const left = sql.exec(
      'SELECT 1 FROM (SELECT 1 FROM changes UNION ALL SELECT 1 FROM operations WHERE due_at > ?) LIMIT 1',
      now,
    );
    if (left.toArray().length > 0) return new OldJournal(sql);
    sql.exec('DROP TABLE changes');
    sql.exec('DROP TABLE operations');
    return null;
  }

  /** Takes out the changes that D1 may not have yet. */
  takeChanges(): { changes: JournaledChanges; dueAt: number }[] {
    const rows = this.#sql.exec('SELECT body, due_at AS dueAt FROM changes').toArray();
    if (rows.length > 0) this.#sql.exec('DELETE FROM changes');
    return z
      .array(ChangesRow)
      .parse(rows)
      .map(({ body, dueAt }) => ({ changes: JournaledChanges.parse(JSON.parse(body)), dueAt }));
  }

  /** Takes out the operations that are not over. */
  takeOpen(): Operation[] {
    const open = this.#operations(
      `WHERE due_at <= ? AND state IN ('running', 'unsettled', 'settling')`,
      Date.now() + OPEN_DUE_MS,
    );
    for (const { id } of open) this.#sql.exec('DELETE FROM operations WHERE id = ?', id);
    return open;
  }

  operation(id: string): Operation | null {
    return this.#operations('WHERE id = ?', id)[0] ?? null;
  }

  operationOf(paylinkId: string, key: string): Operation | null {
    return this.#operations('WHERE paylink_id = ? AND key = ?', paylinkId, key)[0] ?? null;
  }

  unkeyedOperation(paylinkId: string, fingerprint: string): Operation | null {
    const where = `WHERE paylink_id = ? AND fingerprint = ? AND key IS NULL AND state <> 'failed' ORDER BY id DESC LIMIT 1`;
    return this.#operations(where, paylinkId, fingerprint)[0] ?? null;
  }

  forgetAnswers(paylinkId: string): void {
    this.#sql.exec('UPDATE operations SET outcome = NULL WHERE paylink_id = ?', paylinkId);
  }

  #operations(where: string, ...values: (string | number)[]): Operation[] {
    return z
      .array(OperationRow)
      .parse(this.#sql.exec(`SELECT ${columns} FROM operations ${where}`, ...values).toArray());
  }
}
