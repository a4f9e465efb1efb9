import { expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { coordinatorOf, newIdAt } from '../../src/paylink-id.ts';
import type { PredecessorSend } from '../../src/paylinks/coordinator/rpc.ts';
import { sendFingerprint } from '../../src/paylinks/domain/idempotency.ts';
import { seedMerchant } from '../support/merchants.ts';
import { inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

/** An event is waited for, however slow the machine. */
const patient = { timeout: 60_000 };

/** An email without a key, as the edge hands it to the coordinator. */
const unkeyed = (paylinkId: string, callerId: string): PredecessorSend => ({
  operationId: newIdAt(Date.now(), coordinatorOf(paylinkId)),
  again: false,
  paylinkId,
  callerId,
  createdBy: 'API Key',
  channels: ['EMAIL'],
  to: null,
  requireEnabled: true,
  key: null,
  fingerprint: sendFingerprint(['EMAIL'], null),
  waitMs: 0,
  skip: [],
});

it('an un-keyed repeat of a send that still runs after the un-keyed window has passed sends once', async () => {
  let now = Date.now();
  const merchant = await seedMerchant({ unkeyedWindowMs: 10_000 });
  const [paylink, other] = [await seedPaylink(merchant), await seedPaylink(merchant)];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { provider, received } = scripted('mailchannels', 'EMAIL', async (message): Promise<ProviderOutcome> => {
    if (message.paylinkId === paylink.id) await released;
    return { kind: 'accepted', messageId: crypto.randomUUID() };
  });
  await usingProviders(paylink.id, [provider], () => now);
  const first = send(contextOf(merchant), paylink.id, { channels: ['EMAIL'] });
  await expect.poll(() => received.length, patient).toBe(1);
  now += 10_001;
  const repeat = await inCoordinator(paylink.id, async (coordinator) => {
    const repeating = coordinator.send(unkeyed(paylink.id, merchant.id));
    // Recipients are looked up in the order of asking: once this one is sent, the repeat has been decided.
    await coordinator.send(unkeyed(other.id, merchant.id));
    release();
    return repeating;
  });
  expect(await first).toMatchObject({ kind: 'sent', replayed: false });
  expect(repeat.answer).toMatchObject({ kind: 'ended', replayed: true });
  expect(received.filter(({ paylinkId }) => paylinkId === paylink.id)).toHaveLength(1);
});
