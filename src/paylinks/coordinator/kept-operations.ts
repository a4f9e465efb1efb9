import { DAY_MS } from '../../lib/durations.ts';
import { ANSWER_DAYS, OPERATION_MS } from '../../store/retention.ts';
import { type Operation, OperationRow } from '../domain/operation.ts';

/** Days after which a day's tables are dropped. */
const KEPT_DAYS = { answers: ANSWER_DAYS, operations: OPERATION_MS / DAY_MS + 1 };
type Kind = keyof typeof KEPT_DAYS;

const columns = 'id, paylink_id, key, fingerprint, state, created_by, created_at, ended_at';
const tables: Record<Kind, string> = {
  operations: `id TEXT NOT NULL, paylink_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL,
    created_by TEXT NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER, PRIMARY KEY (paylink_id, key)`,
  answers: 'paylink_id TEXT NOT NULL, id TEXT NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (paylink_id, id)',
};

/**
 * Sends with a key that are over, in tables of one day (UTC) each, which are dropped whole: deleting row by row would cost as much as
 * writing. The answers, which are large, go first; from then on a repeat is answered from how the Paylink is.
 */
export class KeptOperations {
  readonly #sql: SqlStorage;
  readonly #days: Record<Kind, Set<number>> = { operations: new Set(), answers: new Set() };

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const names = sql.exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`).toArray();
    for (const { name } of names) {
      const [, kind, day] = /^kept_(operations|answers)_(\d+)$/.exec(name) ?? [];
      if (kind === 'operations' || kind === 'answers') this.#days[kind].add(Number(day));
    }
  }

  keep(operation: Operation, key: string): void {
    const { id, paylinkId, fingerprint, state, createdBy, createdAt, endedAt, outcome } = operation;
    const day = Math.floor((endedAt ?? createdAt) / DAY_MS);
    this.#sql.exec(
      `INSERT INTO ${this.#table('operations', day)} (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...[id, paylinkId, key, fingerprint, state, createdBy, createdAt, endedAt],
    );
    if (outcome === null) return;
    this.#sql.exec(
      `INSERT INTO ${this.#table('answers', day)} (paylink_id, id, outcome) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
      ...[paylinkId, id, outcome],
    );
  }

  operationOf(paylinkId: string, key: string): Operation | null {
    for (const day of this.#days.operations) {
      const [row] = this.#sql
        .exec(
          `SELECT id, paylink_id AS paylinkId, key, fingerprint, state, created_by AS createdBy, created_at AS createdAt, ended_at AS endedAt,
             0 AS dueAt, 0 AS tries, NULL AS outcome FROM kept_operations_${day} WHERE paylink_id = ? AND key = ?`,
          paylinkId,
          key,
        )
        .toArray();
      if (!row) continue;
      const operation = OperationRow.parse(row);
      return { ...operation, outcome: this.#answer(operation, day) };
    }
    return null;
  }

  #answer({ paylinkId, id }: Operation, day: number): string | null {
    if (!this.#days.answers.has(day)) return null;
    const [row] = this.#sql
      .exec<{ outcome: string }>(
        `SELECT outcome FROM kept_answers_${day} WHERE paylink_id = ? AND id = ?`,
        paylinkId,
        id,
      )
      .toArray();
    return row?.outcome ?? null;
  }

  forgetAnswers(paylinkId: string): void {
    for (const day of this.#days.answers) {
      this.#sql.exec(`DELETE FROM kept_answers_${day} WHERE paylink_id = ?`, paylinkId);
    }
  }

  dropOldDays(now: number): void {
    for (const { kind, day } of this.#drops().filter(({ at }) => at <= now)) {
      this.#sql.exec(`DROP TABLE IF EXISTS kept_${kind}_${day}`);
      this.#days[kind].delete(day);
    }
  }

  /** When the next table is to be dropped, ms; null: there is none. */
  nextDrop(): number | null {
    const times = this.#drops().map(({ at }) => at);
    return times.length > 0 ? Math.min(...times) : null;
  }

  #drops(): { kind: Kind; day: number; at: number }[] {
    const of = (kind: Kind) =>
      [...this.#days[kind]].map((day) => ({ kind, day, at: (day + KEPT_DAYS[kind]) * DAY_MS }));
    return [...of('operations'), ...of('answers')];
  }

  #table(kind: Kind, day: number): string {
    const name = `kept_${kind}_${day}`;
    if (!this.#days[kind].has(day))
      this.#sql.exec(`CREATE TABLE IF NOT EXISTS ${name} (${tables[kind]}) WITHOUT ROWID`);
    this.#days[kind].add(day);
    return name;
  }
}
