import { Grouping } from '../grouping.ts';

export type Row = Record<string, unknown>;
type Values = (string | number | null)[];

/**
 * Reads at most one row for an ask; null when there is none. The query is for many asks at once: `FROM json_each(?1) AS ask`, in which
 * an ask's values are `ask.value->>0`, `ask.value->>1` …, and it selects `ask.key AS ask`.
 */
export type RowReader = (sql: string, values: Values) => Promise<Row | null>;

const read = async (db: D1Database, sql: string, asks: Values[]): Promise<(Row | null)[]> => {
  const { results } = await db.prepare(sql).bind(JSON.stringify(asks)).all();
  const byAsk = new Map(results.map((row) => [row.ask, row]));
  return asks.map((_, ask) => byAsk.get(ask) ?? null);
};

/** Each ask by itself. */
export const eachRow =
  (db: D1Database): RowReader =>
  async (sql, values) =>
    (await read(db, sql, [values]))[0] ?? null;

const groupings = new WeakMap<D1Database, Map<string, Grouping<Values, Row | null>>>();

function groupingOf(db: D1Database, sql: string): Grouping<Values, Row | null> {
  const bySql = groupings.get(db) ?? new Map();
  groupings.set(db, bySql);
  const grouping = bySql.get(sql) ?? new Grouping({ parallel: 2, most: 20 });
  bySql.set(sql, grouping);
  return grouping;
}

/** Asks of one isolate's requests, under load many in one query. `sql` is one of few texts: each is kept. */
export const groupedRows =
  (db: D1Database, waitUntil: (work: Promise<unknown>) => void): RowReader =>
  (sql, values) =>
    groupingOf(db, sql).ask(values, (asks) => read(db, sql, asks), waitUntil);
