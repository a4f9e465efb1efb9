import { Grouping } from '../grouping.ts';

export type Query = { sql: string; values: (string | number | null)[] };
export type Row = Record<string, unknown>;
/** Reads the first row of a query; null when there is none. */
export type RowReader = (query: Query) => Promise<Row | null>;

const prepared = (db: D1Database, { sql, values }: Query) => db.prepare(sql).bind(...values);

/** Each query by itself. */
export const eachRow =
  (db: D1Database): RowReader =>
  (query) =>
    prepared(db, query).first();

const groupings = new WeakMap<D1Database, Grouping<Query, Row | null>>();

/** Queries of one isolate's requests, under load many in one call. */
export function groupedRows(db: D1Database, waitUntil: (work: Promise<unknown>) => void): RowReader {
  const grouping = groupings.get(db) ?? new Grouping<Query, Row | null>({ parallel: 2, most: 20 });
  groupings.set(db, grouping);
  const call = async (queries: Query[]): Promise<(Row | null)[]> => {
    const [only] = queries;
    if (only && queries.length === 1) return [await prepared(db, only).first()];
    const results = await db.batch<Row>(queries.map((query) => prepared(db, query)));
    return results.map(({ results: rows }) => rows[0] ?? null);
  };
  return (query) => grouping.ask(query, call, waitUntil);
}
