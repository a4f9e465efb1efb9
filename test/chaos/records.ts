import { globSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

const LogRow = z.object({
  id: z.string(),
  paylinkId: z.string(),
  operationId: z.string(),
  channel: z.enum(['EMAIL', 'SMS']),
  status: z.string(),
  provider: z.string().nullable(),
  messageId: z.string().nullable(),
  acceptedAt: z.number().nullable(),
  reason: z.string().nullable(),
  createdAt: z.number(),
  version: z.number(),
});
export type LogRow = z.infer<typeof LogRow>;

const PaylinkRow = z.object({
  id: z.string(),
  version: z.number(),
  status: z.string(),
  memo: z.string().nullable(),
  createKey: z.string().nullable(),
});
export type PaylinkRow = z.infer<typeof PaylinkRow>;

const EventRow = z.object({ id: z.string(), paylinkId: z.string(), type: z.string(), newValue: z.string().nullable() });
export type EventRow = z.infer<typeof EventRow>;

const OrderRow = z.object({ paylinkId: z.string(), id: z.string() });

const OperationRow = z.object({
  id: z.string(),
  paylinkId: z.string(),
  key: z.string().nullable(),
  state: z.string(),
  tries: z.number(),
});
export type OperationRow = z.infer<typeof OperationRow>;

const Changes = z.object({
  // Without the memo where D1 has it already.
  head: z.object({ id: z.string(), version: z.number(), status: z.string(), memo: z.string().nullish() }),
  deliveryLogs: z.array(z.object({ id: z.string(), status: z.string(), version: z.number() })),
  events: z.array(z.object({ id: z.string() })),
  /** Their row is there for an operation too, and goes with it within a minute. */
  isHeld: z.boolean().optional(),
});
export type Changes = z.infer<typeof Changes>;

/** A coordinator's row of one Paylink. */
const JournalEntry = z.object({ changes: Changes.nullable(), operations: z.array(OperationRow) });

/** All that is written down about the sends, as it lies on the disk: D1, and the coordinators. */
export type Records = {
  paylinks: PaylinkRow[];
  logs: LogRow[];
  events: EventRow[];
  orders: z.infer<typeof OrderRow>[];
  operations: OperationRow[];
  /** What coordinators still hold for D1 (or D1 has, and they have not forgotten it yet). */
  changes: Changes[];
};

/** An object that was killed as it was born has no tables yet. */
const isBorn = (database: DatabaseSync) =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'journal'").get() !== undefined;

function rows<T>(database: DatabaseSync, sql: string, schema: z.ZodType<T>): T[] {
  return z.array(schema).parse(database.prepare(sql).all());
}

function read<T>(file: string, reading: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    return reading(database);
  } finally {
    database.close();
  }
}

const files = (state: string, folder: string) =>
  globSync(`${folder}/*.sqlite`, { cwd: state })
    .filter((file) => !file.endsWith('metadata.sqlite'))
    .map((file) => `${state}/${file}`);

/** The file of the D1 under a state directory. */
export function databaseFile(state: string): string {
  const [file] = files(state, 'd1/miniflare-D1DatabaseObject');
  if (file === undefined) throw new Error('there is no D1 on the disk');
  return file;
}

/** Runs SQL on the D1 of a runtime that is not running. */
export function writeDatabase(state: string, sql: string): void {
  const database = new DatabaseSync(databaseFile(state));
  database.exec(sql);
  database.close();
}

const isOpen = (state: string) => state === 'unsettled' || state === 'settling';

function readCoordinator(database: DatabaseSync): Pick<Records, 'operations' | 'changes'> {
  if (!isBorn(database)) return { operations: [], changes: [] };
  const bodies = rows(database, 'SELECT body FROM journal', z.object({ body: z.string() }));
  const entries = bodies.map(({ body }) => JournalEntry.parse(JSON.parse(body)));
  const days = rows(
    database,
    "SELECT name FROM sqlite_master WHERE name LIKE 'kept_operations_%'",
    z.object({ name: z.string() }),
  );
  const kept = days.flatMap(({ name }) =>
    rows(database, `SELECT id, paylink_id AS paylinkId, key, state, 0 AS tries FROM ${name}`, OperationRow),
  );
  return {
    operations: [...entries.flatMap(({ operations }) => operations), ...kept],
    changes: entries.flatMap(({ changes, operations }) =>
      changes ? [{ ...changes, isHeld: operations.some(({ state }) => !isOpen(state)) }] : [],
    ),
  };
}

/** Reads the runtime's own files; it may be running. @param state where it keeps them */
export function readRecords(state: string): Records {
  const stored = read(databaseFile(state), (database) => ({
    paylinks: rows(database, 'SELECT id, version, status, memo, create_key AS createKey FROM paylinks', PaylinkRow),
    logs: rows(
      database,
      `SELECT id, paylink_id AS paylinkId, operation_id AS operationId, channel, status, provider, message_id AS messageId,
         accepted_at AS acceptedAt, reason, created_at AS createdAt, version FROM paylink_logs`,
      LogRow,
    ),
    events: rows(
      database,
      'SELECT id, paylink_id AS paylinkId, type, new_value AS newValue FROM paylink_events',
      EventRow,
    ),
    orders: rows(database, 'SELECT paylink_id AS paylinkId, id FROM paylink_orders', OrderRow),
  }));
  const coordinators = files(state, 'do/*-PaylinkCoordinator').map((file) => read(file, readCoordinator));
  return {
    ...stored,
    operations: coordinators.flatMap(({ operations }) => operations),
    changes: coordinators.flatMap(({ changes }) => changes),
  };
}
