import { abortAllDurableObjects, evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { providerBreaker } from '../../src/delivery/circuit-breaker.ts';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { isUnavailable } from '../../src/lib/unavailable.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import type { CoordinatorRpc } from '../../src/paylinks/coordinator/rpc.ts';
import { sendFingerprint } from '../../src/paylinks/domain/idempotency.ts';
import { anAttempt, freshPaylinks } from '../support/attempts.ts';
import { seedMerchant } from '../support/merchants.ts';
import { ring, stored } from '../support/protocol.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { emptyOldTables, type OldOperation, writeOldSend, writeOldUpdate } from '../support/release-before.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const email = { channels: ['EMAIL' as const] };
const fingerprint = sendFingerprint(['EMAIL'], null);
const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);

let merchant: Merchant;
let like: Paylink;
let now: number;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
  like = await seedPaylink(merchant);
});
beforeEach(() => {
  now = Date.now();
  received.length = 0;
  providerBreaker.record('mailchannels', { kind: 'accepted' }, now);
});
afterEach(() => {
  vi.restoreAllMocks();
});
const freshPaylink = freshPaylinks(() => like);

/** The coordinator of this release on the tables of the one before. */
async function left(
  some: Pick<OldOperation, 'state' | 'isGivenUp'> & { key?: null; attempt?: Parameters<typeof anAttempt>[0] },
) {
  const paylink = await freshPaylink();
  const pending = { status: 'PENDING', messageId: null, acceptedAt: null } as const;
  const attempt = anAttempt({ ...pending, createdAt: now, recipientHash: like.emailHash ?? '', ...some.attempt });
  await inCoordinator(paylink.id, (_, { storage }) => {
    emptyOldTables(storage.sql);
    writeOldSend(storage.sql, { paylink, key: 'k', fingerprint, at: now, ...some, attempt });
  });
  await evictDurableObject(coordinatorStub(paylink.id));
  await usingProviders(paylink.id, [provider], () => now);
  return { paylink, attempt };
}

describe('what the release before left in a coordinator', () => {
  it('as a running operation with a PENDING attempt is in progress, UNKNOWN after 30 s, and settled by a callback; nothing is asked again', async () => {
    const { paylink, attempt } = await left({ state: 'running' });
    const again = () => send(contextOf(merchant), paylink.id, { ...email, key: 'k' });
    expect(await again()).toMatchObject({ refusal: { code: 'idempotency_in_progress' } });
    now += 30_000;
    await ring(paylink.id);
    expect(await again()).toMatchObject({ kind: 'pending', replayed: true });
    const news = { status: 'DELIVERED', messageId: 'm', reason: null } as const;
    await coordinatorStub(paylink.id).change(paylink.id, null, { kind: 'delivery', attemptId: attempt.id, news });
    expect(await again()).toMatchObject({ kind: 'sent', replayed: true });
    const after = await stored(merchant, paylink.id);
    expect(after).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'DELIVERED', settledBy: null }] });
    expect(received).toEqual([]);
  });

  it.each(['done', 'running'] as const)(
    'as a send of the parent’s, %s, is no second message when the parent repeats it',
    async (state) => {
      const parent = await seedMerchant();
      await env.DB.prepare('UPDATE merchants SET parent_id = ? WHERE id = ?').bind(parent.id, merchant.id).run();
      const end = state === 'done' ? { attempt: { status: 'SENT' as const, messageId: 'm', acceptedAt: now } } : {};
      const { paylink } = await left({ state, ...end });
      const repeated = await send(contextOf(parent), paylink.id, { ...email, key: 'k' });
      expect(repeated).toMatchObject(
        state === 'done' ? { kind: 'sent', replayed: true } : { refusal: { code: 'idempotency_in_progress' } },
      );
      expect(received).toEqual([]);
    },
  );

  it('as an answer in JSON is replayed', async () => {
    const { paylink, attempt } = await left({
      state: 'done',
      attempt: { status: 'SENT', messageId: 'm', acceptedAt: now },
    });
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({
      kind: 'sent',
      replayed: true,
      accepted: ['EMAIL'],
      paylink: { id: paylink.id, deliveryLogs: [{ ...attempt, settledBy: null }] },
    });
    expect(received).toEqual([]);
  });

  it('as changes that D1 does not have is brought to D1, and leaves the journal', async () => {
    const { paylink, attempt } = await left({ state: 'unsettled', attempt: { status: 'UNKNOWN', reason: 'time-out' } });
    now += 5_000;
    await ring(paylink.id);
    expect(await stored(merchant, paylink.id)).toMatchObject({
      version: 2,
      deliveryLogs: [{ id: attempt.id, status: 'UNKNOWN', reason: 'time-out' }],
    });
    const pending = await inCoordinator(paylink.id, (_, { storage }) =>
      storage.sql.exec("SELECT * FROM journal WHERE body->'changes' IS NOT 'null'").toArray(),
    );
    expect(pending).toEqual([]);
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'pending' });
  });
});

describe('what the release before left of what is over', () => {
  it('as an un-keyed send is the same as one like it, for its window', async () => {
    const { paylink } = await left({ state: 'done', key: null, attempt: { status: 'SENT', acceptedAt: now } });
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ kind: 'sent', replayed: true });
    now += 10_001;
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ kind: 'sent', replayed: false });
    expect(received).toHaveLength(1);
  });

  it('as a send that was given up answers for its key as things stand, till the end of its week', async () => {
    const { paylink } = await left({ state: 'unsettled', isGivenUp: true, attempt: { status: 'UNKNOWN' } });
    const again = () => send(contextOf(merchant), paylink.id, { ...email, key: 'k' });
    now += 6 * 24 * 3_600_000;
    await ring(paylink.id);
    expect(await again()).toMatchObject({ kind: 'pending', replayed: true });
    expect(received).toEqual([]);
  });

  it('as the answer to an update with a key is replayed, and its key names nothing else', async () => {
    const paylink = await freshPaylink();
    await inCoordinator(paylink.id, (_, { storage }) => {
      emptyOldTables(storage.sql);
      writeOldUpdate(storage.sql, { ...paylink, memo: 'as it was answered' }, 'k', 'f', now);
    });
    await evictDurableObject(coordinatorStub(paylink.id));
    await usingProviders(paylink.id, [provider], () => now);
    const update = (idempotency: { key: string; fingerprint: string }) =>
      coordinatorStub(paylink.id).change(paylink.id, merchant.id, {
        kind: 'update',
        patch: { memo: 'again' },
        createdBy: 'API Key',
        idempotency,
      });
    expect(await update({ key: 'k', fingerprint: 'f' })).toMatchObject({
      kind: 'done',
      replayed: true,
      paylink: { memo: 'as it was answered' },
    });
    expect(await update({ key: 'k', fingerprint: 'other' })).toMatchObject({
      refusal: { code: 'idempotency_key_reuse' },
    });
  });
});

describe('rows of later releases', () => {
  const dump = (paylink: Paylink) =>
    inCoordinator(paylink.id, (_, { storage }) => storage.sql.exec('SELECT * FROM journal').toArray());
  /** A send that was recorded, in rows of that version, by an earlier life. */
  async function writtenBy(version: number): Promise<Paylink> {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider], () => now);
    await send(contextOf(merchant), paylink.id, { ...email, key: 'k' });
    received.length = 0;
    await inCoordinator(paylink.id, (_, { storage }) => {
      storage.sql.exec('UPDATE journal SET v = ?', version);
    });
    await abortAllDurableObjects();
    await usingProviders(paylink.id, [provider], () => now);
    return paylink;
  }

  it('one version on are read', async () => {
    const paylink = await writtenBy(4);
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({
      kind: 'sent',
      replayed: true,
    });
    now += 3_600_000;
    await ring(paylink.id);
    expect(await dump(paylink)).toEqual([]);
    expect(received).toEqual([]);
  });

  it('two versions on are answered 503 and left byte for byte as they are, also by the alarm', async () => {
    const paylink = await writtenBy(5);
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const before = await dump(paylink);
    expect(before).toHaveLength(1);
    for (const key of ['k', 'another', null]) {
      const outcome = await send(contextOf(merchant), paylink.id, { ...email, key });
      expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
    }
    const change = (callerId: string | null, command: Parameters<CoordinatorRpc['change']>[2]) =>
      coordinatorStub(paylink.id).change(paylink.id, callerId, command);
    const shed = { kind: 'refused', refusal: { code: 'unavailable' } };
    expect(await change(merchant.id, { kind: 'cancel', createdBy: 'API Key' })).toMatchObject(shed);
    expect(await change(merchant.id, { kind: 'update', patch: { memo: 'm' }, createdBy: 'API Key' })).toMatchObject(
      shed,
    );
    // What is told, not asked, must come again: it is a fault, which is a 503.
    for (const command of [{ kind: 'open' }, { kind: 'erase', hash: paylink.emailHash ?? '' }] as const) {
      const error: unknown = await change(null, command).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(isUnavailable(error)).toBe(true);
    }
    for (const later of [60_000, 3_600_000, 8 * 24 * 3_600_000]) {
      now += later;
      await ring(paylink.id);
    }
    expect(await dump(paylink)).toEqual(before);
    expect(received).toEqual([]);
  });

  it('two versions on of one operation keep an erasure of its Paylink back', async () => {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider], () => now);
    await send(contextOf(merchant), paylink.id, { ...email, key: 'k' });
    await inCoordinator(paylink.id, (_, { storage }) => storage.sql.exec('UPDATE journal SET v = 5').rowsWritten);
    await abortAllDurableObjects();
    const before = await dump(paylink);
    const erase = { kind: 'erase', hash: paylink.emailHash ?? '' } as const;
    const error: unknown = await coordinatorStub(paylink.id)
      .change(paylink.id, null, erase)
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    expect(isUnavailable(error)).toBe(true);
    expect(await dump(paylink)).toEqual(before);
    expect(await stored(merchant, paylink.id)).toMatchObject({ customer: { email: 'ada@example.com' } });
  });
});
