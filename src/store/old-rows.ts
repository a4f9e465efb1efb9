/**
 * The tables of before migration 0020, by the ones that took their place. The cron moves the rows in steps (move-rows.ts); until it is
 * through, every read looks at both. To be deleted with them, in the next release: a statement must not name a table that is gone.
 */
export const oldOf = {
  paylink_items: 'line_items',
  paylink_logs: 'delivery_logs',
  paylink_events: 'events',
  paylink_orders: 'orders',
} as const;
/** Columns that the old tables lack. */
const NEW_COLUMNS = ['folded', 'actor'];
type PartTable = keyof typeof oldOf;

/**
 * A table's rows, and those that were not moved to it yet, as one subquery. A row in both counts as it is in the new table. `where` gets
 * the alias that it is to use; each of the two tables needs an index for it.
 */
export function withOld(table: PartTable, columns: readonly string[], where: (alias: string) => string): string {
  const select = (alias: string, cell = (name: string) => `${alias}.${name}`) =>
    `SELECT ${columns.map(cell).join(', ')}`;
  const old = (name: string) => (NEW_COLUMNS.includes(name) ? `NULL AS ${name}` : `o.${name}`);
  return `(${select('n')} FROM ${table} n WHERE ${where('n')}
    UNION ALL ${select('o', old)} FROM ${oldOf[table]} o WHERE ${where('o')}
      AND NOT EXISTS (SELECT 1 FROM ${table} n WHERE n.paylink_id = o.paylink_id AND n.id = o.id))`;
}

/** Whether the old table has no version of a row (of a bound JSON array) that is as new: nothing older may hide it. */
export const newerThanOld = (table: 'paylink_logs' | 'paylink_orders'): string =>
  `NOT EXISTS (SELECT 1 FROM ${oldOf[table]} o WHERE o.id = value->>'id' AND o.paylink_id = value->>'paylink_id' AND o.version >= value->>'version')`;
