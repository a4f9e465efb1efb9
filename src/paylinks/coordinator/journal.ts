import type { JournaledChanges } from '../../store/changes.ts';
import { keyAsSent } from '../domain/idempotency.ts';
import type { Operation } from '../domain/operation.ts';
import { type JournalEntry, JournalRows, READS_UP_TO } from './journal-rows.ts';
import { KeptOperations } from './kept-operations.ts';
import { OldJournal } from './old-journal.ts';

/** Cancels that were told 409, as a call was in flight. */
const schema = 'CREATE TABLE IF NOT EXISTS cancels (paylink_id TEXT PRIMARY KEY) WITHOUT ROWID';

const isOpen = ({ state }: Operation) => state === 'running' || state === 'unsettled' || state === 'settling';

/**
 * What a coordinator must not forget, in its own SQLite: changes that D1 may not have yet, and operations (sends) under way or just ended.
 * Writes without an `await` between them commit together.
 */
export class Journal {
  readonly #sql: SqlStorage;
  readonly #rows: JournalRows;
  readonly #kept: KeptOperations;
  readonly #old: OldJournal | null;
  /** Entries as they become, while several writes of one turn are made one. */
  #together: Map<string, JournalEntry> | null = null;
  /** Versions that D1 has though the row is still here, for its operation. */
  readonly #projected = new Map<string, number>();
  /** When changes of this life that D1 is not known to have are due, ms; once they were asked for, those of earlier lives too. */
  readonly #due = new Map<string, number>();
  #knowsEarlier = false;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#rows = new JournalRows(sql);
    sql.exec(schema);
    this.#kept = new KeptOperations(sql);
    this.#old = OldJournal.open(sql, Date.now());
    this.together(() => {
      for (const { changes, dueAt } of this.#old?.takeChanges() ?? []) this.saveChanges(changes, dueAt);
      for (const operation of this.#old?.takeOpen() ?? []) this.addOperation(operation);
    });
  }

  /** What `work` writes, without an `await`, becomes one row a Paylink. */
  together<T>(work: () => T): T {
    if (this.#together) return work();
    const entries = new Map<string, JournalEntry>();
    this.#together = entries;
    try {
      return work();
    } finally {
      this.#together = null;
      for (const [paylinkId, entry] of entries) this.#store(paylinkId, entry);
    }
  }

  /** Keeps what D1 may not have; what is kept already stays due when it was. */
  saveChanges(changes: JournaledChanges, dueAt: number): void {
    const { id } = changes.head;
    const entry = this.#entry(id);
    const changesDue = this.#isPending(id, entry) && entry.changesDue !== null ? entry.changesDue : dueAt;
    this.#write(id, { ...entry, changes, changesDue });
  }

  /** Changes of a Paylink that D1 may not have. @throws NewerRow */
  changesOf(paylinkId: string): JournaledChanges | null {
    return this.#entry(paylinkId).changes;
  }

  /** Forgets what D1 has taken (versions by Paylink), unless more has come since. */
  dropChanges(projected: ReadonlyMap<string, number>): void {
    for (const [id, version] of projected) {
      const entry = this.#rows.find(id);
      if (!entry || (entry.changes?.head.version ?? 0) > version) continue;
      if (entry.operations.length === 0) this.#delete(id);
      else this.#keepForOperation(id, version);
    }
  }

  /** The row goes with its operation, mostly within a minute: until then this needs no write. One not settled may be there for days. */
  #keepForOperation(paylinkId: string, projected: number): void {
    this.#projected.set(paylinkId, projected);
    this.#due.delete(paylinkId);
    const entry = this.#entry(paylinkId);
    const isLong = entry.operations.some(({ state }) => state === 'unsettled' || state === 'settling');
    if (isLong && entry.changes !== null) this.#write(paylinkId, entry);
  }

  /** Paylinks whose changes D1 should have by now; they fall due again at `again` (ms) unless dropped before. */
  takeDueChanges(now: number, again: number, limit: number): string[] {
    const ids = [...this.#allDue()]
      .filter(([, at]) => at <= now)
      .sort(([, one], [, other]) => one - other)
      .slice(0, limit)
      .map(([id]) => id);
    for (const id of ids) this.#due.set(id, again);
    return ids;
  }

  addOperation(operation: Operation): void {
    const { paylinkId, key } = operation;
    const entry = this.#entry(paylinkId);
    if (key !== null && entry.operations.some((one) => one.key === key))
      throw new Error('another operation has this key');
    this.#write(paylinkId, { ...entry, operations: [...entry.operations, operation] });
  }

  /** Writes down how far an operation has come. */
  saveOperation(operation: Operation): void {
    const { paylinkId, id } = operation;
    const entry = this.#entry(paylinkId);
    const operations = entry.operations.map((one) => (one.id === id ? operation : one));
    this.#write(paylinkId, { ...entry, operations });
  }

  /** Has an operation looked at again at `at` (ms), whatever else its row holds. */
  postpone({ paylinkId }: Operation, at: number): void {
    this.#sql.exec('UPDATE journal SET operation_due = ? WHERE paylink_id = ?', at, paylinkId);
  }

  /** Kept answers name the customer; without one a repeat is answered from how the Paylink is now. @throws NewerRow */
  forgetAnswers(paylinkId: string): void {
    const entry = this.#entry(paylinkId);
    this.#kept.forgetAnswers(paylinkId);
    this.#old?.forgetAnswers(paylinkId);
    if (entry.operations.length === 0) return;
    this.#write(paylinkId, { ...entry, operations: entry.operations.map((one) => ({ ...one, outcome: null })) });
  }

  /** Keeps what was answered at once, without an operation under way, to answer for its key. */
  keepAnswer(operation: Operation, key: string): void {
    this.#kept.keep(operation, key);
  }

  /** Takes an operation that is over out of its Paylink's row. One that was done with a key goes on answering for it. */
  retireOperation(operation: Operation): void {
    const { paylinkId, id } = operation;
    if (operation.state === 'done' && operation.key !== null) this.#kept.keep(operation, operation.key);
    const entry = this.#entry(paylinkId);
    const operations = entry.operations.filter((one) => one.id !== id);
    this.#write(paylinkId, { ...entry, operations });
  }

  /** @throws NewerRow */
  operation(paylinkId: string, id: string): Operation | null {
    return this.#entry(paylinkId).operations.find((one) => one.id === id) ?? this.#old?.operation(id) ?? null;
  }

  /** The Paylink's operation of this key. @throws NewerRow */
  operationOf(paylinkId: string, key: string): Operation | null {
    const { operations } = this.#entry(paylinkId);
    // What the release before left names no credential, and its keys no caller.
    const before = keyAsSent(key);
    const own =
      operations.find((one) => one.key === key) ??
      operations.find((one) => one.key === before && one.actor === undefined);
    return own ?? this.#kept.operationOf(paylinkId, key) ?? this.#old?.operationOf(paylinkId, before) ?? null;
  }

  /** The latest un-keyed operation that asked for the same and has not failed. @throws NewerRow */
  unkeyedOperation(paylinkId: string, fingerprint: string): Operation | null {
    const alike = this.#entry(paylinkId).operations.filter(
      (one) => one.key === null && one.fingerprint === fingerprint && one.state !== 'failed',
    );
    return alike.at(-1) ?? this.#old?.unkeyedOperation(paylinkId, fingerprint) ?? null;
  }

  /** Operations of a Paylink whose end is not known. @throws NewerRow */
  openOperations(paylinkId: string): Operation[] {
    return this.#entry(paylinkId).operations.filter(isOpen);
  }

  /** What has to be looked at by now, the longest due first. */
  dueOperations(now: number, limit: number): Operation[] {
    const rows = this.#sql
      .exec<{ id: string }>(
        `SELECT paylink_id AS id FROM journal WHERE operation_due <= ? AND v <= ${READS_UP_TO} ORDER BY operation_due LIMIT ?`,
        now,
        limit,
      )
      .toArray();
    const due = rows.flatMap(({ id }) => this.#entry(id).operations).filter(({ dueAt }) => dueAt <= now);
    return due.sort((one, other) => one.dueAt - other.dueAt).slice(0, limit);
  }

  /** Drops the tables of days that are over. */
  dropOldDays(now: number): void {
    this.#kept.dropOldDays(now);
  }

  /** When the earliest of everything is due, ms; null when nothing ever is. */
  nextDue(): number | null {
    const [row] = this.#sql
      .exec<{ at: number | null }>(`SELECT min(operation_due) AS at FROM journal WHERE v <= ${READS_UP_TO}`)
      .toArray();
    const due = [...this.#allDue().values(), row?.at ?? null, this.#kept.nextDrop()];
    const times = due.filter((at) => at !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Whether a cancel of this Paylink was told 409 and none was told 204 since. */
  isCancelUnconfirmed(paylinkId: string): boolean {
    return this.#sql.exec('SELECT 1 FROM cancels WHERE paylink_id = ?', paylinkId).toArray().length > 0;
  }

  setCancelUnconfirmed(paylinkId: string, unconfirmed: boolean): void {
    if (unconfirmed) this.#sql.exec('INSERT INTO cancels (paylink_id) VALUES (?) ON CONFLICT DO NOTHING', paylinkId);
    else this.#sql.exec('DELETE FROM cancels WHERE paylink_id = ?', paylinkId);
  }

  /** The table is read for it once: it also holds the changes of a minute's sends, which D1 has. */
  #allDue(): Map<string, number> {
    if (this.#knowsEarlier) return this.#due;
    const sql = `SELECT paylink_id AS id, version, changes_due AS due FROM journal WHERE changes_due IS NOT NULL AND v <= ${READS_UP_TO}`;
    for (const { id, version, due } of this.#sql.exec<{ id: string; version: number; due: number }>(sql).toArray())
      if (!this.#due.has(id) && version > (this.#projected.get(id) ?? -1)) this.#due.set(id, due);
    this.#knowsEarlier = true;
    return this.#due;
  }

  #isPending(paylinkId: string, { changes }: Pick<JournalEntry, 'changes'>): boolean {
    return changes !== null && changes.head.version > (this.#projected.get(paylinkId) ?? -1);
  }

  /** @throws NewerRow */
  #entry(paylinkId: string): JournalEntry {
    return this.#together?.get(paylinkId) ?? this.#rows.get(paylinkId);
  }

  #write(paylinkId: string, entry: JournalEntry): void {
    if (this.#together) this.#together.set(paylinkId, entry);
    else this.#store(paylinkId, entry);
  }

  #store(paylinkId: string, { operations, ...entry }: JournalEntry): void {
    // What D1 has goes with the next write of its row.
    const { changes, changesDue } = this.#isPending(paylinkId, entry) ? entry : { changes: null, changesDue: null };
    if (changes === null && operations.length === 0) {
      this.#delete(paylinkId);
      return;
    }
    const version = changes?.head.version ?? 0;
    if (version > (this.#projected.get(paylinkId) ?? version)) this.#projected.delete(paylinkId);
    if (changesDue === null) this.#due.delete(paylinkId);
    else this.#due.set(paylinkId, Math.max(changesDue, this.#due.get(paylinkId) ?? 0));
    this.#rows.save(paylinkId, { changes, changesDue, operations });
  }

  #delete(paylinkId: string): void {
    this.#rows.delete(paylinkId);
    this.#projected.delete(paylinkId);
    this.#due.delete(paylinkId);
  }
}
