import { abortAllDurableObjects } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { seedMerchant } from '../support/merchants.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

/** An event is waited for, however slow the machine. */
const patient = { timeout: 60_000 };

it('a new life of the object concludes what an earlier one was sending as UNKNOWN, at once and asked by nobody', async () => {
  const merchant = await seedMerchant();
  const ctx = contextOf(merchant);
  const [paylink, other] = [await seedPaylink(merchant), await seedPaylink(merchant)];
  const { provider, received } = scripted('mailchannels', 'EMAIL', () => new Promise<ProviderOutcome>(() => {}));
  await usingProviders(paylink.id, [provider]);
  send(ctx, paylink.id, { channels: ['EMAIL'], key: 'k' }).catch(() => {});
  await expect.poll(() => received.length, patient).toBe(1);
  // Nothing but the new life’s own look at its journal may come to it: not the alarm of the change, nor that change’s being due.
  await inCoordinator(paylink.id, async (_, { storage }) => {
    storage.sql.exec('UPDATE changes SET due_at = ?', Date.now() + 3_600_000);
    await storage.deleteAlarm();
    await storage.sync();
  });
  await abortAllDurableObjects();
  await coordinatorStub(other.id).change(other.id, null, { kind: 'open' });
  const stored = async () => (await findPaylink(ctx, paylink.id))?.deliveryLogs.map(({ status }) => status);
  await expect.poll(stored, patient).toEqual(['UNKNOWN']);
});
