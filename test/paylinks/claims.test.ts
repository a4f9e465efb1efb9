import { evictDurableObject } from 'cloudflare:test';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aClaim, asking, claim, grantsOf, statuses, stored } from '../support/protocol.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const both = { channels: ['EMAIL' as const, 'SMS' as const] };

let merchant: Merchant;
let paylink: Paylink;
const email = scripted('mailchannels', 'EMAIL', accepted);
const sms = scripted('twilio', 'SMS', accepted);

beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000 });
});
beforeEach(async () => {
  paylink = await seedPaylink(merchant);
  await usingProviders(paylink.id, [email.provider, sms.provider]);
  email.received.length = 0;
  sms.received.length = 0;
});

const cancel = () => coordinatorStub(paylink.id).change(paylink.id, null, { kind: 'cancel', createdBy: 'API Key' });

describe('a claim', () => {
  it('is answered with what to ask of whom, and its coordinator asks no provider itself', async () => {
    const reply = await claim(aClaim(paylink, both));
    expect(grantsOf(reply)).toMatchObject([
      { channel: 'EMAIL', provider: 'mailchannels', recipient: 'ada@example.com' },
      { channel: 'SMS', provider: 'twilio' },
    ]);
    expect([email.received, sms.received]).toEqual([[], []]);
  });

  it('leaves its coordinator free for everybody else while its provider does not answer', async () => {
    const other = await seedPaylink(merchant);
    const silent = scripted('mailchannels', 'EMAIL', ({ paylinkId }) =>
      paylinkId === paylink.id ? new Promise<ProviderOutcome>(() => {}) : accepted(),
    );
    await usingProviders(paylink.id, [silent.provider]);
    void send(contextOf(merchant), paylink.id, { channels: ['EMAIL'] });
    await expect.poll(() => silent.received.length).toBe(1);
    expect(await send(contextOf(merchant), other.id, { channels: ['EMAIL'] })).toMatchObject({ kind: 'sent' });
    const update = { kind: 'update', patch: { memo: 'm' }, createdBy: 'API Key' } as const;
    expect(await coordinatorStub(paylink.id).change(paylink.id, null, update)).toMatchObject({ kind: 'done' });
    // An object that still waited for something could not be evicted.
    await evictDurableObject(coordinatorStub(paylink.id));
  });

  it.each(['k', null])(
    'of another Worker for the same send gets no grant, but who to wait for (key: %s)',
    async (key) => {
      const { command } = await asking(paylink, { key });
      const { operationId } = command;
      expect(await claim(aClaim(paylink, { key }))).toEqual({ kind: 'running', operationId });
      expect(statuses(await stored(merchant, paylink.id))).toHaveLength(0);
    },
  );

  it('under the same key for something else is refused', async () => {
    await asking(paylink, { key: 'k' });
    const reply = await claim(aClaim(paylink, { key: 'k', ...both }));
    expect(reply).toMatchObject({ kind: 'refused', refusal: { code: 'idempotency_key_reuse' } });
  });

  it('whose answer got lost gets the same grants when it comes again, also after its coordinator was reset', async () => {
    const command = aClaim(paylink, { key: 'k', ...both });
    const first = await claim(command);
    expect(await claim(command)).toEqual(first);
    await evictDurableObject(coordinatorStub(paylink.id));
    await usingProviders(paylink.id, [email.provider, sms.provider]);
    expect(grantsOf(await claim(command))).toEqual(grantsOf(first));
  });

  it('whose answer got lost gets none once the Paylink is canceled: nothing was begun, and the cancel is answered', async () => {
    const command = aClaim(paylink, { key: 'k', ...both });
    await claim(command);
    const canceled = cancel();
    expect(await claim(command)).toMatchObject({ kind: 'refused', refusal: { code: 'not_active' } });
    expect(await canceled).toMatchObject({ kind: 'done', paylink: { status: 'CANCELED' } });
    await expect.poll(async () => statuses(await stored(merchant, paylink.id))).toEqual(['FAILED', 'FAILED']);
  });

  it('comes again after its send has ended and gets that end, as its own', async () => {
    const { command, report } = await asking(paylink, { key: 'k' });
    const end = await report(accepted());
    expect(await claim(command)).toEqual(end);
  });
});
