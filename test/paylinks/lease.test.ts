import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { providerBreaker } from '../../src/delivery/circuit-breaker.ts';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { statuses, stored, told } from '../support/protocol.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { tapped, tappedClaim } from '../support/tapped.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused = (): ProviderOutcome => ({ kind: 'refused', by: 'provider', reason: 'answered 429' });
const email = { channels: ['EMAIL' as const] };

let merchant: Merchant;
let paylink: Paylink;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
});
beforeEach(async () => {
  paylink = await seedPaylink(merchant);
  providerBreaker.record('mailchannels', { kind: 'accepted' }, Date.now());
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
/** Coordinators whose answers take so long, ms. */
const slow = (taken: { claim?: number; report?: number }) =>
  tapped({
    claim: async (call) => {
      const reply = await call();
      pass(taken.claim ?? 0);
      return reply;
    },
    report: async (call) => {
      const reply = await call();
      pass(taken.report ?? 0);
      return reply;
    },
  });

describe('a grant is a lease of 3 s from when its claim or report was sent', () => {
  it('a claim answered within them begins its call', async () => {
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider]);
    const { bindings } = slow({ claim: 2_999 });
    expect(await send(contextOf(merchant, bindings), paylink.id, email)).toMatchObject({ kind: 'sent' });
    expect(received).toHaveLength(1);
  });

  it('a claim answered later begins no call: its caller gets 503, its key is free, the Paylink is as it was', async () => {
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider]);
    const { bindings, calls } = slow({ claim: 3_000 });
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { ...email, key: 'k' });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable', retryAfterSeconds: 1 } });
    expect([calls, received]).toEqual([['claim', 'report'], []]);
    const after = await stored(merchant, paylink.id);
    expect([after.status, after.lastSentAt, statuses(after), told(after)]).toEqual(['CREATED', null, ['FAILED'], []]);
    expect(await send(contextOf(merchant), paylink.id, { ...email, key: 'k' })).toMatchObject({
      kind: 'sent',
      replayed: false,
    });
  });

  it('a call that got its slot later is not begun', async () => {
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider]);
    const { bindings, claimed } = tappedClaim();
    const ctx = contextOf(merchant, bindings);
    const busy = Promise.withResolvers<void>();
    for (let slot = 0; slot < 4; slot += 1) void ctx.slots.run(() => busy.promise);
    const sending = send(ctx, paylink.id, email);
    await claimed;
    pass(3_000);
    busy.resolve();
    expect(await sending).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
    expect(received).toEqual([]);
  });

  it('a further grant that is heard later begins no call: the first refusal is the end', async () => {
    const first = scripted('mailchannels', 'EMAIL', refused);
    const second = scripted('resend', 'EMAIL', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider]);
    const { bindings } = slow({ report: 3_000 });
    expect(await send(contextOf(merchant, bindings), paylink.id, email)).toMatchObject({ kind: 'failed' });
    expect([first.received.length, second.received.length]).toEqual([1, 0]);
  });
});

it('an invocation has four outside calls at a time, over all its sends and channels', async () => {
  const paylinks = [paylink, await seedPaylink(merchant), await seedPaylink(merchant)];
  let running = 0;
  let most = 0;
  const go = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  const look = () => claimed === 3 && running === 4 && full.resolve();
  let claimed = 0;
  const script = async () => {
    running += 1;
    most = Math.max(most, running);
    look();
    await go.promise;
    running -= 1;
    return accepted();
  };
  const providers = [scripted('mailchannels', 'EMAIL', script), scripted('twilio', 'SMS', script)];
  await usingProviders(
    paylink.id,
    providers.map(({ provider }) => provider),
  );
  const { bindings } = tapped({
    claim: async (call) => {
      const reply = await call();
      claimed += 1;
      look();
      return reply;
    },
  });
  const ctx = contextOf(merchant, bindings);
  const sends = paylinks.map(({ id }) => send(ctx, id));
  await full.promise;
  // Whatever else the claims had begun would have begun before this is answered.
  await env.DB.prepare('SELECT 1').first();
  expect(most).toBe(4);
  go.resolve();
  for (const outcome of await Promise.all(sends)) expect(outcome).toMatchObject({ kind: 'sent' });
  expect(providers.map(({ received }) => received.length)).toEqual([3, 3]);
});
