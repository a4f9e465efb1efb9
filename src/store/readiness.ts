import { auditColumns } from './audit.ts';
import { credentialColumns } from './credentials.ts';
import { inboxColumns } from './inbox.ts';
import { merchantColumns } from './merchants.ts';
import { eventColumns, itemColumns, logColumns, orderColumns } from './paylink-part-rows.ts';
import { headColumns } from './paylink-row.ts';
import { providerEventColumns } from './provider-events.ts';
import { suppressionColumns } from './suppressions.ts';
import { deliveryColumns } from './webhook-deliveries.ts';
import { endpointColumns } from './webhook-endpoints.ts';

const tables = {
  credentials: credentialColumns,
  paylinks: [...headColumns, 'ended'],
  paylink_items: itemColumns,
  paylink_logs: logColumns,
  paylink_events: eventColumns,
  paylink_orders: orderColumns,
  suppressions: suppressionColumns,
  webhook_endpoints: endpointColumns,
  endpoint_deliveries: deliveryColumns,
  provider_reports: providerEventColumns,
  inbox_messages: inboxColumns,
  audit: auditColumns,
  sweeps: ['name', 'leased_until', 'position'],
};

const statements = [
  `SELECT ${merchantColumns('m')} FROM merchants m LIMIT 0`,
  ...Object.entries(tables).map(([table, columns]) => `SELECT ${columns.join(', ')} FROM ${table} LIMIT 0`),
];

/**
 * Asks D1 for every column that this release reads and writes, and for no row. A newer schema that still has them is as good.
 * @throws when D1 does not answer, or its schema is older or lacks one of them
 */
export async function askSchema(db: D1Database): Promise<void> {
  await db.batch(statements.map((sql) => db.prepare(sql)));
}
