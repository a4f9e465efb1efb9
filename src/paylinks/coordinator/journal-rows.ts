import * as z from 'zod/mini';
import { LruMap } from '../../lib/lru-map.ts';
import { JournaledChanges } from '../../store/changes.ts';
import { OperationRow } from '../domain/operation.ts';

/**
 * The version of the rows that this release writes. It reads every version up to the next one's, which writes only what this one can
 * read; a row further on is left as it is, and whoever asks for it gets an error.
 */
const VERSION = 3;
export const READS_UP_TO = VERSION + 1;

/**
 * Changes and operations of a Paylink lie in one row, so that a claim writes one row and a report one. No index: the table holds what is
 * going on, and that is little. `…_due` (ms): when somebody has to look at it again.
 */
const schema = `
CREATE TABLE IF NOT EXISTS journal (
  paylink_id TEXT PRIMARY KEY, v INTEGER NOT NULL, version INTEGER NOT NULL, changes_due INTEGER, operation_due INTEGER, body TEXT NOT NULL
) WITHOUT ROWID;`;

const Entry = z.object({
  changes: z.nullable(JournaledChanges),
  changesDue: z.nullable(z.int()),
  operations: z.array(OperationRow),
});
/** What the journal holds of one Paylink. */
export type JournalEntry = z.infer<typeof Entry>;

const Row = z.object({ v: z.int(), body: z.string() });

/** A row was written by a release two or more versions on. */
export class NewerRow extends Error {
  override name = 'NewerRow';
}

/** What is remembered of rows, in characters of their bodies: those of a busy coordinator's last seconds. */
const MAX_CHARACTERS = 3_000_000;
/** Of an entry without a row: little, but not nothing. */
const LEAST = 500;

const empty: JournalEntry = { changes: null, changesDue: null, operations: [] };

/**
 * The journal's rows, one a Paylink. Nobody else writes them, so what was written or read last is remembered: a send looks at its row
 * some six times, and reading, parsing and checking it each time was a twentieth of its CPU time.
 */
export class JournalRows {
  readonly #sql: SqlStorage;
  readonly #entries = new LruMap<string, { entry: JournalEntry; characters: number }>({
    maxWeight: MAX_CHARACTERS,
    weigh: ({ characters }) => LEAST + characters,
  });

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(schema);
  }

  /** A Paylink's entry; an empty one where there is no row. @throws NewerRow */
  get(paylinkId: string): JournalEntry {
    const known = this.#entries.get(paylinkId);
    if (known) return known.entry;
    const [found] = this.#sql.exec('SELECT v, body FROM journal WHERE paylink_id = ?', paylinkId).toArray();
    if (!found) return this.#remember(paylinkId, empty, 0);
    const { v, body } = Row.parse(found);
    if (v > READS_UP_TO) throw new NewerRow(`a row of version ${v}; this release reads up to ${READS_UP_TO}`);
    return this.#remember(paylinkId, Entry.parse(JSON.parse(body)), body.length);
  }

  /** A Paylink's entry; null where there is no row, or one that this release cannot read. */
  find(paylinkId: string): JournalEntry | null {
    try {
      const entry = this.get(paylinkId);
      return entry.changes === null && entry.operations.length === 0 ? null : entry;
    } catch (error) {
      if (error instanceof NewerRow) return null;
      throw error;
    }
  }

  save(paylinkId: string, entry: JournalEntry): void {
    const { changes, changesDue, operations } = entry;
    const operationDue = operations.length > 0 ? Math.min(...operations.map(({ dueAt }) => dueAt)) : null;
    const body = JSON.stringify(entry);
    this.#sql.exec(
      `INSERT INTO journal (paylink_id, v, version, changes_due, operation_due, body) VALUES (?, ${VERSION}, ?, ?, ?, ?)
       ON CONFLICT (paylink_id) DO UPDATE SET v = excluded.v, version = excluded.version, changes_due = excluded.changes_due,
         operation_due = excluded.operation_due, body = excluded.body`,
      ...[paylinkId, changes?.head.version ?? 0, changesDue, operationDue, body],
    );
    this.#remember(paylinkId, entry, body.length);
  }

  delete(paylinkId: string): void {
    this.#sql.exec('DELETE FROM journal WHERE paylink_id = ?', paylinkId);
    this.#remember(paylinkId, empty, 0);
  }

  #remember(paylinkId: string, entry: JournalEntry, characters: number): JournalEntry {
    this.#entries.set(paylinkId, { entry, characters });
    return entry;
  }
}
