import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { asking, ring, statuses, stored } from '../support/protocol.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { seedPaylink } from '../support/verbs.ts';

const accepted: ProviderOutcome = { kind: 'accepted', messageId: 'm-1' };
const refused: ProviderOutcome = { kind: 'refused', by: 'provider', reason: 'answered 429' };
const notBegun = { kind: 'not_begun' } as const;

let merchant: Merchant;
let paylink: Paylink;
let now: number;

beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
});
beforeEach(async () => {
  now = Date.now();
  paylink = await seedPaylink(merchant, { customer: { email: `${crypto.randomUUID()}@example.com` } });
  const providers = (['mailchannels', 'resend'] as const).map((name) => scripted(name, 'EMAIL', () => accepted));
  await usingProviders(
    paylink.id,
    providers.map(({ provider }) => provider),
    () => now,
  );
});
const current = () => stored(merchant, paylink.id);

describe('a report that comes again', () => {
  it.each([
    accepted,
    { ...refused, by: 'recipient' as const },
    { kind: 'unknown', reason: 'reset' } as const,
    notBegun,
  ])('$kind gets the same end, and nothing is written twice', async (outcome) => {
    const call = await asking(paylink, { key: 'k' });
    const first = await call.report(outcome);
    const before = await current();
    expect(first.kind).toBe('ended');
    expect(await call.report(outcome)).toEqual(first);
    expect(await current()).toEqual(before);
  });

  it('gets the same grant of the next provider', async () => {
    const call = await asking(paylink);
    const first = await call.report(refused);
    expect(first.kind).toBe('granted');
    expect(await call.report(refused)).toEqual(first);
    expect(await call.report(refused, { remainingMs: 0 })).toEqual(first);
    now += 5_000;
    await ring(paylink.id);
    expect(statuses(await current())).toEqual(['FAILED', 'PENDING']);
  });

  it('gets no grant once the Paylink is canceled: what the lost answer had granted was not begun, and the send has ended', async () => {
    const call = await asking(paylink);
    await call.report(refused);
    const canceled = coordinatorStub(paylink.id).change(paylink.id, null, { kind: 'cancel', createdBy: 'API Key' });
    expect(await call.report(refused)).toMatchObject({ kind: 'ended', result: { kind: 'failed' } });
    expect(await canceled).toMatchObject({ kind: 'done' });
    expect(statuses(await current())).toEqual(['FAILED', 'FAILED']);
  });
});
