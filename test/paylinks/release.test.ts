import { abortAllDurableObjects } from 'cloudflare:test';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aClaim, asking, claim, grantsOf, ring, statuses, stored, told } from '../support/protocol.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { lost, overloaded, tapped } from '../support/tapped.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const email = { channels: ['EMAIL' as const] };

let merchant: Merchant;
let paylink: Paylink;
let now: number;
const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);

beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
});
beforeEach(async () => {
  now = Date.now();
  received.length = 0;
  paylink = await seedPaylink(merchant);
  await usingProviders(paylink.id, [provider], () => now);
});

const release = (operationId: string) => coordinatorStub(paylink.id).release({ paylinkId: paylink.id, operationId });
/** A context that remembers what goes on after the answer. */
function patient(bindings = contextOf(merchant).env) {
  const work: Promise<unknown>[] = [];
  return { ctx: { ...contextOf(merchant, bindings), waitUntil: (one: Promise<unknown>) => void work.push(one) }, work };
}

describe('a release', () => {
  it('of a claim that was granted makes it FAILED not begun: its key is free and the Paylink is as it was', async () => {
    const { command } = await asking(paylink, { key: 'k' });
    await release(command.operationId);
    now += 5_000;
    await ring(paylink.id);
    const after = await stored(merchant, paylink.id);
    expect([after.status, statuses(after), told(after)]).toEqual(['CREATED', ['FAILED'], []]);
    expect(grantsOf(await claim(aClaim(paylink, { key: 'k' })))).toHaveLength(1);
  });

  it('has the claim that comes after it refused, and frees its key for others', async () => {
    const command = aClaim(paylink, { key: 'k' });
    await release(command.operationId);
    expect(await claim(command)).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
    expect(grantsOf(await claim(aClaim(paylink, { key: 'k' })))).toHaveLength(1);
  });

  it('that comes again changes nothing, and neither does the claim that comes again after it', async () => {
    const { command } = await asking(paylink, { key: 'k' });
    for (let times = 0; times < 3; times += 1) await release(command.operationId);
    expect(await claim(command)).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
    now += 5_000;
    await ring(paylink.id);
    const after = await stored(merchant, paylink.id);
    expect([statuses(after), after.version]).toEqual([['FAILED'], 3]);
  });

  it('of a send that has ended leaves its end as it is', async () => {
    const { command, report } = await asking(paylink, { key: 'k' });
    await report(accepted());
    await release(command.operationId);
    expect(await claim(aClaim(paylink, { key: 'k' }))).toMatchObject({ kind: 'ended', result: { kind: 'sent' } });
  });

  it('is forgotten by an alarm that it set itself', async () => {
    const command = aClaim(paylink);
    const alarm = () => inCoordinator(paylink.id, (_, state) => state.storage.getAlarm());
    // What rings for others does not count.
    await inCoordinator(paylink.id, async (_, { storage }) => {
      storage.sql.exec('DELETE FROM journal');
      await storage.deleteAlarm();
    });
    await abortAllDurableObjects();
    await usingProviders(paylink.id, [provider], () => now);
    expect(await alarm()).toBeNull();
    await release(command.operationId);
    expect(await alarm()).toBe(now + 30_000);
    now += 30_000;
    await ring(paylink.id);
    const found = await inCoordinator(paylink.id, (_, { storage }) =>
      storage.sql.exec('SELECT body FROM journal WHERE paylink_id = ?', command.paylinkId).toArray(),
    );
    expect(found).toEqual([]);
  });

  it('tells whoever waits for the same send that it never began', async () => {
    const { command } = await asking(paylink, { key: 'k' });
    const { bindings } = tapped({
      claim: async (call) => {
        const reply = await call();
        void release(command.operationId);
        return reply;
      },
    });
    const idempotency = { key: 'k', waitSeconds: 20 };
    const waiting = await send(contextOf(merchant, bindings), paylink.id, { ...email, idempotency });
    expect(waiting).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
  });
});

describe('a Worker that gives up a claim', () => {
  it('answers 503 and sends the release until it is heard; no provider is asked and the key is free', async () => {
    let releases = 0;
    const { bindings, calls } = tapped({
      claim: async (call) => {
        await call();
        throw new Error('broken for good');
      },
      release: async (call) => {
        releases += 1;
        if (releases < 3) throw releases === 1 ? lost() : overloaded();
        await call();
      },
    });
    const { ctx, work } = patient(bindings);
    const outcome = await send(ctx, paylink.id, { ...email, key: 'k' });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable', retryAfterSeconds: 1 } });
    await Promise.all(work);
    expect(calls).toEqual(['claim', 'release', 'release', 'release']);
    expect(received).toEqual([]);
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({ replayed: false });
    expect(received).toHaveLength(1);
  });

  it('because its repeat was refused sends the release too: the first try may have been granted', async () => {
    let tries = 0;
    const { bindings, calls } = tapped({
      claim: async (call) => {
        tries += 1;
        if (tries > 1) return { kind: 'refused', refusal: { code: 'unavailable', detail: 'busy' } };
        await call();
        throw lost();
      },
    });
    const { ctx, work } = patient(bindings);
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ refusal: { code: 'unavailable' } });
    await Promise.all(work);
    expect(calls).toEqual(['claim', 'claim', 'release']);
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'sent' });
  });
});
