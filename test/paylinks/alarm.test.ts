import { afterEach, expect, it, vi } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { seedMerchant } from '../support/merchants.ts';
import { asking, ring, statuses, stored } from '../support/protocol.ts';
import { inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { seedPaylink } from '../support/verbs.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('an alarm first marks what is overdue and brings it to D1, then asks providers for at most 20 s, then sets itself again', async () => {
  const start = Date.now();
  let now = start;
  const merchant = await seedMerchant();
  const [asked, overdue] = [await seedPaylink(merchant), await seedPaylink(merchant)];
  const question = Promise.withResolvers<void>();
  const settle = () => {
    question.resolve();
    return new Promise<ProviderOutcome>(() => {});
  };
  const { provider } = scripted('resend', 'EMAIL', () => ({ kind: 'unknown', reason: 'reset' }), settle);
  await usingProviders(asked.id, [provider], () => now);
  await (await asking(asked)).report({ kind: 'unknown', reason: 'reset' });
  await asking(overdue);
  now += 31_000;
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  let isOver = false;
  const ringing = ring(asked.id).then(() => {
    isOver = true;
  });
  await question.promise;
  expect(statuses(await stored(merchant, overdue.id))).toEqual(['UNKNOWN']);
  await vi.advanceTimersByTimeAsync(19_999);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await ringing;
  const next = await inCoordinator(asked.id, (_, { storage }) => storage.getAlarm());
  expect(next).toBeLessThanOrEqual(start + 62_000);
  expect(next).toBeGreaterThan(now);
});
