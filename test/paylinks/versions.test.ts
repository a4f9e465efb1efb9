import { abortAllDurableObjects, evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { providerBreaker } from '../../src/delivery/circuit-breaker.ts';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { type Bindings, configOf } from '../../src/env.ts';
import { isUnavailable } from '../../src/lib/unavailable.ts';
import type { DeliveryEvent } from '../../src/model/delivery.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { newCode, newIdAt } from '../../src/paylink-id.ts';
import type { CoordinatorRpc, PredecessorSend } from '../../src/paylinks/coordinator/rpc.ts';
import { receiveDeliveryEvents, sweepProviderEvents } from '../../src/paylinks/delivery-events.ts';
import { sendFingerprint } from '../../src/paylinks/domain/idempotency.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { changesOf } from '../support/a-paylink.ts';
import { anAttempt, attemptInD1, seedSent } from '../support/attempts.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aClaim, claim, ring, stored } from '../support/protocol.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { emptyOldTables, type OldOperation, writeOldSend, writeOldUpdate } from '../support/release-before.ts';
import { aCoordinator, lost, tapped } from '../support/tapped.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused = (): ProviderOutcome => ({ kind: 'refused', by: 'provider', reason: 'answered 429' });
const email = { channels: ['EMAIL' as const] };
const fingerprint = sendFingerprint(['EMAIL'], null);

let merchant: Merchant;
let like: Paylink;
let now: number;
let number = 20;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
  like = await seedPaylink(merchant);
});
beforeEach(() => {
  now = Date.now();
  number += 1;
  providerBreaker.record('mailchannels', { kind: 'accepted' }, now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A Paylink that D1 has, of a coordinator of this test's own. */
async function freshPaylink(): Promise<Paylink> {
  const paylink: Paylink = { ...like, id: newIdAt(now, number), code: newCode(0), lineItems: [], events: [] };
  await insertPaylinks(env.DB, [{ ...changesOf(paylink), key: null }], []);
  return paylink;
}
const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
beforeEach(() => {
  received.length = 0;
});

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

/** A send as a Worker of the release before asks for it. */
const oldSend = (paylink: Paylink, some: Partial<PredecessorSend> = {}): PredecessorSend => ({
  ...aClaim(paylink),
  again: false,
  waitMs: 0,
  ...some,
});

describe('an old Worker with a new coordinator', () => {
  const ask = (command: PredecessorSend) => coordinatorStub(command.paylinkId).send(command);
  const outcomeOf = (reply: Awaited<ReturnType<CoordinatorRpc['send']>>) =>
    reply.answer.kind === 'ended'
      ? { ...JSON.parse(reply.answer.outcome), replayed: reply.answer.replayed }
      : reply.answer;

  it('has its send done inside the object, fail-over and all, and its repeat answered', async () => {
    const paylink = await freshPaylink();
    const first = scripted('mailchannels', 'EMAIL', refused);
    const second = scripted('resend', 'EMAIL', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider], () => now);
    const reply = await ask(oldSend(paylink, { key: 'k' }));
    expect(outcomeOf(reply)).toMatchObject({ kind: 'sent', replayed: false, paylink: { status: 'SENT' } });
    expect(reply.reports).toEqual([
      { provider: 'mailchannels', outcome: 'refused', by: 'provider' },
      { provider: 'resend', outcome: 'accepted' },
    ]);
    expect(outcomeOf(await ask(oldSend(paylink, { key: 'k' })))).toMatchObject({ kind: 'sent', replayed: true });
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
  });

  it('shares operations with new Workers: each waits for the other’s, and gets its end', async () => {
    const paylink = await freshPaylink();
    const answer = Promise.withResolvers<ProviderOutcome>();
    const held = scripted('mailchannels', 'EMAIL', () => answer.promise);
    await usingProviders(paylink.id, [held.provider], () => now);
    const old = ask(oldSend(paylink, { key: 'k' }));
    await expect.poll(() => held.received.length).toBe(1);
    const idempotency = { key: 'k', waitSeconds: 20 };
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({
      refusal: { code: 'idempotency_in_progress' },
    });
    const waiting = [
      send(contextOf(merchant), paylink.id, { ...email, idempotency }),
      ask(oldSend(paylink, { key: 'k', waitMs: 20_000 })).then(outcomeOf),
    ];
    answer.resolve(accepted());
    expect(outcomeOf(await old)).toMatchObject({ kind: 'sent', replayed: false });
    for (const one of await Promise.all(waiting)) expect(one).toMatchObject({ kind: 'sent', replayed: true });
    expect(held.received).toHaveLength(1);
  });

  it('asks again for a send that is under way, and is answered without a second call', async () => {
    const paylink = await freshPaylink();
    const answer = Promise.withResolvers<ProviderOutcome>();
    const held = scripted('mailchannels', 'EMAIL', () => answer.promise);
    await usingProviders(paylink.id, [held.provider], () => now);
    const command = oldSend(paylink, { key: 'k' });
    const [first, again] = [ask(command), ask({ ...command, again: true })];
    await expect.poll(() => held.received.length).toBe(1);
    answer.resolve(accepted());
    for (const reply of await Promise.all([first, again])) {
      expect(outcomeOf(reply)).toMatchObject({ kind: 'sent', replayed: false });
    }
    expect(held.received).toHaveLength(1);
  });

  it('asks again for a send that the object’s last life had begun, and no provider is asked a second time', async () => {
    const paylink = await freshPaylink();
    const silent = scripted('mailchannels', 'EMAIL', () => new Promise<ProviderOutcome>(() => {}));
    await usingProviders(paylink.id, [silent.provider], () => now);
    const command = oldSend(paylink, { key: 'k' });
    const first = ask(command).catch(() => 'lost');
    await expect.poll(() => silent.received.length).toBe(1);
    await abortAllDurableObjects();
    expect(await first).toBe('lost');
    await usingProviders(paylink.id, [silent.provider], () => now);
    const again = ask({ ...command, again: true });
    // Recipients are looked up in the order of asking: once this claim is answered, a repeated one would have been granted.
    await claim(aClaim(paylink, { key: 'other' }));
    now += 30_000;
    await ring(paylink.id);
    expect(outcomeOf(await again)).toMatchObject({ kind: 'pending' });
    expect(silent.received).toHaveLength(1);
  });
});

describe('a new Worker with an old coordinator', () => {
  const unknownMethod = (name: string) => () =>
    Promise.reject(new TypeError(`The RPC receiver does not implement the method "${name}".`));
  const unexpected = () => Promise.reject(new Error('an unexpected call'));
  /** Coordinators of releases before: one call sends, and none takes many callbacks. */
  function oldObjects(reply: CoordinatorRpc['send']): { bindings: Bindings; asked: PredecessorSend[] } {
    const asked: PredecessorSend[] = [];
    const old = aCoordinator({
      claim: unknownMethod('claim'),
      report: unknownMethod('report'),
      release: unknownMethod('release'),
      deliveryEvents: unknownMethod('deliveryEvents'),
      expire: unknownMethod('expire'),
      send: (command) => {
        asked.push(command);
        return reply(command);
      },
    });
    const COORDINATOR = new Proxy(env.COORDINATOR, {
      get: (target, name) => (name === 'get' ? () => old : Reflect.get(target, name).bind(target)),
    });
    return { bindings: { ...env, COORDINATOR }, asked };
  }
  const ended = (paylink: Paylink, replayed = false): Awaited<ReturnType<CoordinatorRpc['send']>> => {
    const outcome = JSON.stringify({ kind: 'sent', paylink, accepted: ['EMAIL'], replayed: false });
    return {
      answer: { kind: 'ended', outcome, replayed },
      reports: [{ provider: 'mailchannels', outcome: 'accepted' }],
    };
  };

  it('has it send, and asks no provider itself', async () => {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider]);
    const { bindings, asked } = oldObjects(async () => ended(paylink));
    const outcome = await send(contextOf(merchant, bindings), paylink.id, {
      ...email,
      idempotency: { key: 'k', waitSeconds: 7 },
    });
    expect(outcome).toMatchObject({ kind: 'sent', replayed: false, accepted: ['EMAIL'], paylink: { id: paylink.id } });
    expect(asked).toMatchObject([{ key: 'k', waitMs: 7_000, again: false, channels: ['EMAIL'], fingerprint }]);
    expect(received).toEqual([]);
  });

  it('stores a callback that it cannot apply, and the sweep brings it to the new one', async () => {
    const attempt = anAttempt({ provider: 'resend', createdAt: now, recipientHash: like.emailHash ?? '' });
    const paylink = await seedSent(merchant, [attempt]);
    const { bindings } = oldObjects(unexpected);
    const event: DeliveryEvent = {
      ...{ id: `resend:${attempt.id}`, provider: 'resend', attemptId: attempt.id, paylinkId: paylink.id },
      ...{ messageId: null, status: 'DELIVERED', suppression: null, reason: null },
    };
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await receiveDeliveryEvents(bindings, configOf(env), [event], now)).toEqual({ fresh: 1 });
    expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'SENT' });
    await sweepProviderEvents(env, configOf(env), now + 60_000);
    expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'DELIVERED' });
  });

  it('asks it again under the same operation id when its answer was lost, and says that it does', async () => {
    const paylink = await freshPaylink();
    let calls = 0;
    const { bindings, asked } = oldObjects(() => {
      calls += 1;
      return calls === 1 ? Promise.reject(lost()) : Promise.resolve(ended(paylink, true));
    });
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { ...email, key: 'k' });
    expect(outcome).toMatchObject({ kind: 'sent', replayed: true });
    expect(asked.map(({ again }) => again)).toEqual([false, true]);
    expect(new Set(asked.map(({ operationId }) => operationId)).size).toBe(1);
  });

  it('passes its refusals on, and learns of its providers’ faults', async () => {
    const paylink = await freshPaylink();
    const refusal = { code: 'not_active', detail: 'The Paylink is not active.' } as const;
    const { bindings } = oldObjects(async () => ({
      answer: { kind: 'refused', refusal },
      reports: Array.from({ length: 3 }, () => ({ provider: 'mailchannels', outcome: 'unknown' }) as const),
    }));
    expect(await send(contextOf(merchant, bindings), paylink.id, email)).toEqual({ kind: 'refused', refusal });
    expect(providerBreaker.open(Date.now())).toContain('mailchannels');
  });

  it('whose coordinator becomes an old one in the middle of a send reports until a new one hears it', async () => {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider], () => now);
    let reports = 0;
    const { bindings } = tapped({
      report: (call) => {
        reports += 1;
        return reports < 3 ? unknownMethod('report')() : call();
      },
    });
    expect(await send(contextOf(merchant, bindings), paylink.id, { ...email, key: 'k' })).toMatchObject({
      kind: 'sent',
    });
    expect([reports, received.length]).toEqual([3, 1]);
  });

  it('whose coordinator becomes a new one in the middle of a claim gets its grant', async () => {
    const paylink = await freshPaylink();
    await usingProviders(paylink.id, [provider], () => now);
    let claims = 0;
    const { bindings } = tapped({
      claim: (call) => {
        claims += 1;
        return claims === 1 ? Promise.reject(lost()) : call();
      },
    });
    expect(await send(contextOf(merchant, bindings), paylink.id, email)).toMatchObject({ kind: 'sent' });
    expect([claims, received.length]).toEqual([2, 1]);
  });
});
