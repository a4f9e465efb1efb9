import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { loadPaylink } from '../../src/store/paylinks.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const Rows = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])));
const Names = z.array(z.object({ name: z.string() }));

/** All rows of D1, table by table, as Time Travel would bring them back. */
async function bookmark(): Promise<Map<string, z.infer<typeof Rows>>> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%'",
  ).all();
  const tables = new Map<string, z.infer<typeof Rows>>();
  for (const { name } of Names.parse(results))
    tables.set(name, Rows.parse((await env.DB.prepare(`SELECT * FROM ${name}`).all()).results));
  return tables;
}

/** Brings D1 back; the objects keep what they have. With `deploy`, their lives end, as a deployment's would. */
async function restore(tables: Map<string, z.infer<typeof Rows>>, deploy = true): Promise<void> {
  const statements = [env.DB.prepare('PRAGMA defer_foreign_keys = on')];
  for (const name of tables.keys()) statements.push(env.DB.prepare(`DELETE FROM ${name}`));
  for (const [name, rows] of tables)
    for (const row of rows) {
      const columns = Object.keys(row);
      const marks = columns.map((_, n) => `?${n + 1}`).join(', ');
      statements.push(
        env.DB.prepare(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${marks})`).bind(...Object.values(row)),
      );
    }
  await env.DB.batch(statements);
  if (deploy) await abortAllDurableObjects();
}

let api: Api;
beforeEach(async () => {
  // A clock of before would not be the next test's.
  await abortAllDurableObjects();
  api = await merchantApi();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const stored = async (id: string) => (await loadPaylink(env.DB, id))?.paylink;

/** Has the alarm ring as if so many minutes had passed. */
async function later(id: string, minutes: number): Promise<void> {
  await inCoordinator(id, (coordinator) => {
    coordinator.clock = () => Date.now() + minutes * 60_000;
  });
  await runDurableObjectAlarm(coordinatorStub(id));
}

const sends = (id: string, key: string | null) => send(contextOf(api.merchant), id, { channels: ['EMAIL'], key });
const pay = (paylinkId: string) =>
  api.call('POST', '/webhooks/payments', {
    paylinkId,
    orderId: 'o-1',
    type: 'payment',
    amount: 10,
    currencyCode: 'USD',
  });

describe('an older D1 under newer objects', () => {
  it('answers keyed sends of the lost time again without asking a provider, and goes on from what D1 has', async () => {
    const { id } = await seedPaylink(api.merchant);
    await sends(id, 'before');
    await later(id, 5);
    const then = await bookmark();
    await sends(id, 'lost');
    await pay(id);
    await later(id, 10);
    await restore(then);
    const { provider, received } = scripted('mailchannels', 'EMAIL', () => ({ kind: 'accepted', messageId: 'm' }));
    await usingProviders(id, [provider]);
    for (const key of ['before', 'lost']) expect(await sends(id, key)).toMatchObject({ kind: 'sent', replayed: true });
    expect(received).toHaveLength(0);
    expect(await stored(id)).toMatchObject({ deliveryLogs: [{}], orders: [] });
    expect(await sends(id, 'new')).toMatchObject({ kind: 'sent', replayed: false });
    expect((await pay(id)).status).toBe(200);
    expect(received).toHaveLength(1);
    expect(await stored(id)).toMatchObject({
      status: 'PARTIALLY_PAID',
      approvedAmount: 10,
      deliveryLogs: [{}, {}],
      orders: [{}],
    });
  });

  it('a send of the lost time whose outcome is unknown never sends again, and its key says so', async () => {
    const { id } = await seedPaylink(api.merchant);
    await later(id, 5);
    const then = await bookmark();
    const { provider, received } = scripted(
      'twilio',
      'EMAIL',
      () => ({ kind: 'unknown', reason: 'lost' }),
      async () => ({
        kind: 'unknown',
        reason: 'still lost',
      }),
    );
    await usingProviders(id, [provider]);
    expect(await sends(id, 'lost')).toMatchObject({ kind: 'pending' });
    await later(id, 6);
    const journal = await inCoordinator(id, (_, { storage }) =>
      storage.sql.exec('SELECT paylink_id FROM journal WHERE changes_due IS NOT NULL').toArray(),
    );
    expect(journal).toEqual([]);
    await restore(then);
    await usingProviders(id, [provider]);
    expect(await sends(id, 'lost')).toMatchObject({ kind: 'pending', replayed: true });
    for (const minutes of [10, 60, 600, 3_000]) await later(id, minutes);
    expect(await sends(id, 'lost')).toMatchObject({ kind: 'pending', replayed: true });
    expect(received).toHaveLength(1);
    expect(await stored(id)).toMatchObject({ status: 'CREATED', deliveryLogs: [] });
  });

  it('a send by two channels of the lost time keeps its answer, also where one outcome was open', async () => {
    const { id } = await seedPaylink(api.merchant);
    await later(id, 5);
    const then = await bookmark();
    const email = scripted('mailchannels', 'EMAIL', () => ({ kind: 'accepted', messageId: 'm' }));
    const sms = scripted('telnyx', 'SMS', () => ({ kind: 'unknown', reason: 'lost' }));
    const both = [email.provider, sms.provider];
    await usingProviders(id, both);
    const ask = () => send(contextOf(api.merchant), id, { key: 'both' });
    const first = await ask();
    await later(id, 6);
    await restore(then);
    await usingProviders(id, both);
    for (const minutes of [10, 60, 600]) await later(id, minutes);
    expect(await ask()).toEqual({ ...first, replayed: true });
    expect([email.received.length, sms.received.length]).toEqual([1, 1]);
  });

  it('brings back what the journals still have, and reports what has lost its Paylink', async () => {
    const kept = await seedPaylink(api.merchant);
    const then = await bookmark();
    const made = await seedPaylink(api.merchant);
    for (const { id } of [kept, made]) await coordinatorStub(id).change(id, null, { kind: 'open' });
    await restore(then);
    const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
    await later(kept.id, 5);
    expect(await stored(kept.id)).toMatchObject({ version: 2, status: 'OPENED' });
    expect(lines.mock.calls.map(([line]) => JSON.parse(String(line)))).toEqual([
      { level: 'error', event: 'journal_without_paylink', paylinkId: made.id },
    ]);
    expect((await api.call('GET', `/${made.id}`)).status).toBe(404);
    expect((await api.call('PATCH', `/${made.id}/send`, { sendEmail: true, sendSms: false })).status).toBe(404);
  });

  it('misses what objects that were not ended believe it to have: end them by a deployment', async () => {
    const { id } = await seedPaylink(api.merchant);
    const then = await bookmark();
    for (const key of ['a', 'b']) await sends(id, key);
    await restore(then, false);
    await sends(id, 'c');
    expect((await stored(id))?.deliveryLogs).toHaveLength(1);
  });
});
