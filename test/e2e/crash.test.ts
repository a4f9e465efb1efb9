import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { unfinished } from '../chaos/calm.ts';
import { Client, PaylinkBody } from '../chaos/client.ts';
import { databaseFile, readRecords } from '../chaos/records.ts';
import { Runtime } from '../chaos/runtime.ts';
import { behave, callsOf } from '../support/providers/fake-client.ts';
import { fakeVariables } from '../support/providers/fake-credentials.ts';
import { type FakeProviders, startFakeProviders } from '../support/providers/fake-providers.ts';

const key = 'once';
const email = { key, channels: ['EMAIL' as const], surfaces: ['rest' as const], callers: 1, wait: 0 };
const bounded = { timeout: 60_000, interval: 20 };

describe('a runtime that is killed with SIGKILL and started again', () => {
  let fakes: FakeProviders;
  let runtime: Runtime;
  let client: Client;
  let nth = 0;

  beforeAll(async () => {
    fakes = await startFakeProviders();
    runtime = await Runtime.prepare({
      // MailChannels has no idempotency keys: whatever is asked twice is sent twice.
      EMAIL_PROVIDERS: 'mailchannels',
      SMS_PROVIDERS: 'twilio',
      PROVIDER_TIMEOUT_MS: '10000',
      COORDINATORS: '4',
      ...fakeVariables(fakes.url),
    });
    await runtime.start();
    client = new Client(runtime.url);
  });
  afterAll(async () => {
    await runtime.dispose();
    await fakes.close();
  });

  const create = async () => {
    nth += 1;
    const to = `crash-${nth}@chaos.example`;
    const paylink = await client.create({ createKey: `create-${nth}`, email: to, phone: `202${3_000_000 + nth}` });
    return { id: paylink.paylinkId, to };
  };
  const read = async (id: string) => {
    const answer = await client.askUntilAnswered('GET', `/${id}`);
    return PaylinkBody.parse(JSON.parse(answer.text));
  };
  /** Alarms alone have to bring D1 and the coordinators to agree: nobody asks for the Paylink. */
  const agreed = () => vi.waitFor(() => expect(unfinished(readRecords(runtime.state), false)).toBeNull(), bounded);
  const asked = (to: string, count = 1) =>
    vi.waitFor(async () => {
      const report = await callsOf(fakes.url, { to });
      expect(report.count).toBe(count);
      return report;
    }, bounded);

  it('before the claim: nothing was sent, and the retry sends once', async () => {
    const { id, to } = await create();
    runtime.freeze();
    const lost = client.sendByRest(id, email);
    await runtime.kill();
    expect(await lost).toBeNull();
    await runtime.start();
    expect(await client.send(id, email)).toMatchObject({ kind: 'sent', replayed: false });
    expect(await client.send(id, email)).toMatchObject({ kind: 'sent', replayed: true });
    expect(await callsOf(fakes.url, { to })).toMatchObject({ count: 1, delivered: 1 });
  });

  for (const behaviour of ['hang', 'hang-before'] as const) {
    it(`during the provider call (${behaviour}): UNKNOWN for all to see, and the retry does not send again`, async () => {
      const { id, to } = await create();
      await behave(fakes.url, { provider: 'mailchannels', to, behaviours: [behaviour] });
      const lost = client.sendByRest(id, email);
      await asked(to);
      await runtime.kill();
      expect(await lost).toBeNull();
      await runtime.start();
      await agreed();
      expect(await read(id)).toMatchObject({ status: 'CREATED', deliveryLogs: [{ status: 'UNKNOWN' }] });
      expect(await client.sendByRest(id, email)).toMatchObject({ kind: 'pending', replayed: true });
      expect((await callsOf(fakes.url, { to })).count).toBe(1);
    });
  }

  it('between the provider’s answer and its record: UNKNOWN, and the retry does not send again', async () => {
    const { id, to } = await create();
    await behave(fakes.url, { provider: 'mailchannels', to, behaviours: [{ kind: 'slow', ms: 300 }] });
    const lost = client.sendByRest(id, email);
    await asked(to);
    runtime.freeze();
    await vi.waitFor(async () => expect((await callsOf(fakes.url, { to })).delivered).toBe(1), bounded);
    await runtime.kill();
    expect(await lost).toBeNull();
    await runtime.start();
    await agreed();
    expect(await client.sendByRest(id, email)).toMatchObject({ kind: 'pending', replayed: true });
    expect(await read(id)).toMatchObject({ deliveryLogs: [{ status: 'UNKNOWN' }] });
    expect((await callsOf(fakes.url, { to })).count).toBe(1);
  });

  it('between the record and its projection: the journal brings it to D1 by itself', async () => {
    const { id, to } = await create();
    await behave(fakes.url, { provider: 'mailchannels', to, behaviours: [{ kind: 'slow', ms: 300 }] });
    const sending = client.sendByRest(id, email);
    await asked(to);
    // Nobody but this test may write to D1 now.
    const database = new DatabaseSync(databaseFile(runtime.state));
    database.exec('BEGIN IMMEDIATE');
    const recorded = () => readRecords(runtime.state).operations.find(({ paylinkId }) => paylinkId === id)?.state;
    await vi.waitFor(() => expect(recorded()).toBe('done'), bounded);
    expect(
      readRecords(runtime.state).logs.filter(({ paylinkId, status }) => paylinkId === id && status === 'SENT'),
    ).toEqual([]);
    await runtime.kill();
    database.exec('ROLLBACK');
    database.close();
    await sending;
    await runtime.start();
    await agreed();
    const stored = await read(id);
    expect(stored).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'SENT', provider: 'mailchannels' }] });
    expect(await client.sendByRest(id, email)).toMatchObject({ kind: 'sent', replayed: true, body: stored });
    expect(await callsOf(fakes.url, { to })).toMatchObject({ count: 1, delivered: 1 });
  });

  it('while both channels are asked: the one that answered is kept, the other is UNKNOWN', async () => {
    const { id, to } = await create();
    await behave(fakes.url, { provider: 'mailchannels', to, behaviours: ['hang'] });
    const both = { ...email, channels: ['EMAIL' as const, 'SMS' as const] };
    const lost = client.sendByRest(id, both);
    const smsIsKept = () => {
      const changes = readRecords(runtime.state).changes.find(({ head }) => head.id === id);
      return changes?.deliveryLogs.map(({ status }) => status).sort();
    };
    await asked(to);
    await vi.waitFor(() => expect(smsIsKept()).toEqual(['PENDING', 'SENT']), bounded);
    await runtime.kill();
    expect(await lost).toBeNull();
    await runtime.start();
    await agreed();
    const again = await client.sendByRest(id, both);
    expect(again).toMatchObject({ kind: 'sent', replayed: true });
    expect((await read(id)).deliveryLogs.map(({ status }) => status).sort()).toEqual(['SENT', 'UNKNOWN']);
  });

  it('with a larger pool of coordinators: nothing changes for a Paylink that was there before', async () => {
    const { id, to } = await create();
    const first = await client.sendByRest(id, email);
    expect(first).toMatchObject({ kind: 'sent', replayed: false });
    await runtime.kill();
    runtime.configure({ COORDINATORS: '64' });
    await runtime.start();
    expect(await client.sendByRest(id, email)).toEqual({ ...first, replayed: true });
    expect(await client.sendByRest(id, { ...email, key: 'twice' })).toMatchObject({ kind: 'sent', replayed: false });
    expect(await callsOf(fakes.url, { to })).toMatchObject({ count: 2, delivered: 2 });
    const stored = await read(id);
    expect(stored.deliveryLogs).toHaveLength(2);
    const pool = new Set<string>();
    for (let made = 0; made < 24; made += 1) pool.add((await create()).id.slice(15, 18));
    // Its merchant's four of the larger pool.
    expect([...pool].some((number) => Number.parseInt(number, 16) >= 4)).toBe(true);
  });
});
