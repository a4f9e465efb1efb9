import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { newCode, newIdAt } from '../../src/paylink-id.ts';
import { PaylinkCoordinator } from '../../src/paylinks/coordinator/coordinator.ts';
import { Journal } from '../../src/paylinks/coordinator/journal.ts';
import type { Operation } from '../../src/paylinks/domain/operation.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { changesOf } from '../support/a-paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { stored } from '../support/protocol.ts';
import { coordinatorStub, inCoordinator } from '../support/providers/scripted-providers.ts';
import { seedPaylink } from '../support/verbs.ts';

let merchant: Merchant;
let like: Paylink;
beforeAll(async () => {
  merchant = await seedMerchant();
  like = await seedPaylink(merchant);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A Paylink of the coordinator of that number, whose journal is empty until it is changed. */
async function paylinkOf(coordinator: number): Promise<Paylink> {
  const id = newIdAt(Date.now(), coordinator);
  const paylink: Paylink = { ...like, id, code: newCode(0), lineItems: [], events: [] };
  await insertPaylinks(env.DB, [{ ...changesOf(paylink), key: null }], []);
  return paylink;
}
const open = ({ id }: Paylink) => coordinatorStub(id).change(id, null, { kind: 'open' });
/** The Paylinks with changes in the journal, and when the alarm rings next. */
const left = ({ id }: Paylink) =>
  inCoordinator(id, async (_, { storage }) => ({
    changes: storage.sql.exec('SELECT paylink_id AS id FROM journal ORDER BY id').toArray(),
    alarm: await storage.getAlarm(),
  }));
/** Has the object’s alarm ring when all of now is due. */
async function ringLater({ id }: Paylink, later = 60_000): Promise<void> {
  await inCoordinator(id, (coordinator) => {
    coordinator.clock = () => Date.now() + later;
  });
  expect(await runDurableObjectAlarm(coordinatorStub(id))).toBe(true);
}

it('an alarm that the platform gave up is set again when the object starts, if something is due', async () => {
  const paylink = await paylinkOf(14);
  await open(paylink);
  await inCoordinator(paylink.id, (_, { storage }) => storage.deleteAlarm());
  await abortAllDurableObjects();
  expect(await coordinatorStub(paylink.id).ping()).toBe('ok');
  expect((await left(paylink)).alarm).not.toBeNull();
  await ringLater(paylink);
  await abortAllDurableObjects();
  expect(await left(paylink)).toEqual({ changes: [], alarm: null });
});

describe('what D1 has leaves the journal', () => {
  it('of this life: one alarm empties it and is not set again', async () => {
    const paylinks = await Promise.all(Array.from({ length: 3 }, () => paylinkOf(11)));
    for (const one of paylinks) await open(one);
    const [first] = paylinks;
    if (!first) throw new Error('none');
    expect((await left(first)).changes).toHaveLength(3);
    await ringLater(first);
    expect(await left(first)).toEqual({ changes: [], alarm: null });
  });

  it('of an earlier life, which D1 took just before that ended: one alarm empties it and is not set again', async () => {
    const paylinks = await Promise.all(Array.from({ length: 3 }, () => paylinkOf(12)));
    for (const one of paylinks) await open(one);
    const [first] = paylinks;
    if (!first) throw new Error('none');
    await abortAllDurableObjects();
    expect((await left(first)).changes).toHaveLength(3);
    await ringLater(first);
    expect(await left(first)).toEqual({ changes: [], alarm: null });
    expect(await stored(merchant, first.id)).toMatchObject({ status: 'OPENED', version: 2 });
  });

  it('and what D1 does not have is brought first', async () => {
    const paylink = await paylinkOf(13);
    await open(paylink);
    await abortAllDurableObjects();
    await env.DB.batch([
      env.DB.prepare("UPDATE paylinks SET version = 1, status = 'CREATED' WHERE id = ?").bind(paylink.id),
      env.DB.prepare('DELETE FROM paylink_events WHERE paylink_id = ?').bind(paylink.id),
    ]);
    await ringLater(paylink);
    expect(await left(paylink)).toEqual({ changes: [], alarm: null });
    expect(await stored(merchant, paylink.id)).toMatchObject({ status: 'OPENED', version: 2 });
  });

  it('but a row whose Paylink D1 does not know stays, is logged, and is looked at again', async () => {
    const paylink = await paylinkOf(14);
    await open(paylink);
    await abortAllDurableObjects();
    await env.DB.batch([
      env.DB.prepare('DELETE FROM paylink_events WHERE paylink_id = ?').bind(paylink.id),
      env.DB.prepare('DELETE FROM paylinks WHERE id = ?').bind(paylink.id),
    ]);
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    await ringLater(paylink);
    const after = await left(paylink);
    expect(after.changes).toEqual([{ id: paylink.id }]);
    expect(after.alarm).not.toBeNull();
    expect(logged.mock.calls.join()).toContain(`"journal_without_paylink","paylinkId":"${paylink.id}"`);
  });
});

/** Runs `work` on an object's storage with 200 sends of a week that are over; `noted` is every statement from then on, with the rows that it read. */
const onManyOperations = <T>(
  work: (state: DurableObjectState, journal: Journal, noted: () => { query: string; rows: number }[]) => T,
): Promise<T> =>
  runInDurableObject(env.GATE.get(env.GATE.idFromName(crypto.randomUUID())), (_, state) => {
    const { sql } = state.storage;
    const journal = new Journal(sql);
    for (let n = 0; n < 200; n += 1) {
      journal.addOperation(operation(n));
      journal.retireOperation(operation(n));
    }
    const spy = vi.spyOn(sql, 'exec');
    const noted = () =>
      spy.mock.calls.map(([query], n) => ({ query, rows: spy.mock.results[n]?.value.rowsRead ?? Number.NaN }));
    return work(state, journal, noted);
  });

const operation = (n: number): Operation => ({
  id: `operation-${n}`,
  paylinkId: `paylink-${n}`,
  key: 'k',
  fingerprint: 'f',
  state: 'done',
  createdBy: 'API Key',
  createdAt: n,
  endedAt: n,
  dueAt: 1_000_000 + n,
  tries: 0,
  outcome: '{}',
});

describe('a coordinator with many operations that are over', () => {
  it('reads none of them at its start', async () => {
    const asked = await onManyOperations((state, _, noted) => {
      void new PaylinkCoordinator(state, env);
      return noted();
    });
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(({ query }) => /\bFROM (journal|kept_\w+)\b/.test(query))).toEqual([]);
    expect(Math.max(...asked.map(({ rows }) => rows))).toBeLessThan(50);
  });

  it('reads none of them for what is due, and one for a repeat', async () => {
    const { found, asked } = await onManyOperations((_, journal, noted) => {
      journal.addOperation({ ...operation(200), state: 'running', dueAt: 5 });
      const due = [journal.dueOperations(9, 10).length, journal.nextDue()];
      return { found: [...due, journal.operationOf('paylink-7', 'k')?.id], asked: noted() };
    });
    expect(found).toEqual([1, 5, 'operation-7']);
    expect(Math.max(...asked.map(({ rows }) => rows))).toBeLessThan(5);
  });
});
