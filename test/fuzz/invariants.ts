import { listDurableObjectIds, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as z from 'zod';
import { loadPaylink } from '../../src/store/paylinks.ts';
import { coordinatorStub, inCoordinator } from '../support/providers/scripted-providers.ts';

const Text = z.object({ text: z.string() });
const Count = z.object({ n: z.int() });

const isNamespace = (value: unknown): value is DurableObjectNamespace =>
  typeof value === 'object' && value !== null && 'newUniqueId' in value;

const textsOf = async (sql: string) =>
  z
    .array(Text)
    .parse((await env.DB.prepare(sql).all()).results)
    .map(({ text }) => text);
const countOf = async (sql: string) => Count.parse(await env.DB.prepare(sql).first()).n;

/** What a table is recognised by: it has all of these columns. */
const tablesWith = (...columns: string[]) =>
  textsOf(
    `SELECT s.name AS text FROM sqlite_schema s WHERE s.type = 'table' AND s.name NOT LIKE '_cf_%' AND
       (SELECT count(*) FROM pragma_table_info(s.name) i WHERE i.name IN (${columns.map((name) => `'${name}'`)})) = ${columns.length}`,
  );

/** Has the coordinator look after all that is due within a day, and says what its journal still holds. */
async function settle(paylinkId: string): Promise<string[]> {
  for (const hours of [1, 24]) {
    await inCoordinator(paylinkId, (coordinator) => {
      coordinator.clock = () => Date.now() + hours * 3_600_000;
    });
    await runDurableObjectAlarm(coordinatorStub(paylinkId));
  }
  const pending = await inCoordinator(paylinkId, (_, { storage }) =>
    storage.sql.exec('SELECT paylink_id AS text FROM journal WHERE changes_due IS NOT NULL').toArray(),
  );
  return z
    .array(Text)
    .parse(pending)
    .map(({ text }) => `${text} has a change that D1 does not have`);
}

/** What is half-written in D1, or still waits to be written: a line each. @param paylinkId one of the only coordinator's */
export async function faultsOfRows(paylinkId: string): Promise<string[]> {
  const faults = await settle(paylinkId);
  const coordinators: unknown = env.COORDINATOR;
  if (!isNamespace(coordinators)) throw new Error('no objects');
  // Tests are warmed up by the last one; all Paylinks are the first one's.
  const known = ['paylinks-0', 'paylinks-4095'].map((name) => coordinators.idFromName(name).toString());
  for (const id of await listDurableObjectIds(coordinators))
    if (!known.includes(id.toString())) faults.push(`the object ${id} was made for no Paylink`);
  const parts = await tablesWith('paylink_id', 'merchant_id', 'recipient_hash');
  const versioned = await tablesWith('paylink_id', 'version');
  const items = await tablesWith('paylink_id', 'quantity', 'price');
  const events = await tablesWith('paylink_id', 'created_by', 'new_value');
  const orders = await tablesWith('paylink_id', 'refunded');
  for (const [kind, tables] of Object.entries({ logs: parts, items, events, orders }))
    if (tables.length === 0) faults.push(`no table of ${kind} was found`);
  for (const table of new Set([...versioned, ...items])) {
    const orphans = `SELECT count(*) AS n FROM ${table} t WHERE NOT EXISTS (SELECT 1 FROM paylinks p WHERE p.id = t.paylink_id)`;
    if ((await countOf(orphans)) > 0) faults.push(`${table} has rows of no Paylink`);
  }
  for (const table of versioned) {
    const ahead = `SELECT count(*) AS n FROM ${table} t JOIN paylinks p ON p.id = t.paylink_id WHERE t.version > p.version`;
    if ((await countOf(ahead)) > 0) faults.push(`${table} has rows of a later version than their Paylink's`);
  }
  const all = (tables: string[], select: string) =>
    tables.map((table) => `SELECT ${select} FROM ${table}`).join(' UNION ALL ');
  const sums = all(items, 'paylink_id, price * quantity + coalesce(tax, 0) AS sum');
  const wrongTotals = `WITH sums AS (SELECT paylink_id, sum(sum) AS sum FROM (${sums}) GROUP BY 1)
    SELECT p.id AS text FROM paylinks p LEFT JOIN sums s ON s.paylink_id = p.id
    WHERE p.sub_total <> coalesce(s.sum, 0) OR p.total <> p.sub_total + coalesce(p.shipping, 0) + coalesce(p.tax, 0) LIMIT 5`;
  for (const id of await textsOf(wrongTotals)) faults.push(`${id} does not sum up its lines`);
  const made = all(events, 'paylink_id, type');
  const uncreated = `SELECT p.id AS text FROM paylinks p WHERE NOT EXISTS (SELECT 1 FROM (${made}) e WHERE e.paylink_id = p.id AND e.type = 'CREATED') LIMIT 5`;
  for (const id of await textsOf(uncreated)) faults.push(`${id} has no event of its creation`);
  for (const table of parts) {
    const open = await countOf(`SELECT count(*) AS n FROM ${table} WHERE status = 'PENDING'`);
    if (open > 0) faults.push(`${open} attempts of ${table} are PENDING, and nobody looks after them`);
  }
  const paid = all(orders, 'paylink_id, amount');
  const unpaid = `WITH sums AS (SELECT paylink_id, sum(amount) AS sum FROM (${paid}) GROUP BY 1)
    SELECT p.id AS text FROM paylinks p LEFT JOIN sums s ON s.paylink_id = p.id WHERE coalesce(p.approved_amount, 0) <> coalesce(s.sum, 0) LIMIT 5`;
  for (const id of await textsOf(unpaid)) faults.push(`${id} was not paid what its orders say`);
  return [...faults, ...(await unreadable())];
}

/** Paylinks that the gateway itself cannot read. */
async function unreadable(): Promise<string[]> {
  const ids = await textsOf('SELECT id AS text FROM paylinks');
  const faults: string[] = [];
  for (let at = 0; at < ids.length; at += 50)
    await Promise.all(
      ids.slice(at, at + 50).map((id) =>
        loadPaylink(env.DB, id).then(
          (found) => found ?? faults.push(`${id} is not found`),
          (error: unknown) => faults.push(`${id} cannot be read: ${String(error).slice(0, 200)}`),
        ),
      ),
    );
  return faults;
}
