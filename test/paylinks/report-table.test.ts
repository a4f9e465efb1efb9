import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import type { ChangeCommand } from '../../src/paylinks/domain/change.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aPayment } from '../support/payments.ts';
import { aClaim, asking, claim, grantsOf, ring, statuses, stored, told } from '../support/protocol.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
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
  await useProviders();
});

async function useProviders(): Promise<void> {
  const providers = (['mailchannels', 'resend'] as const).map((name) => scripted(name, 'EMAIL', () => accepted));
  await usingProviders(
    paylink.id,
    providers.map(({ provider }) => provider),
    () => now,
  );
}

const change = (command: ChangeCommand) => coordinatorStub(paylink.id).change(paylink.id, null, command);
const callback = (attemptId: string, status: 'DELIVERED' | 'BOUNCED', messageId: string | null) =>
  change({ kind: 'delivery', attemptId, news: { status, messageId, reason: null } });
const settle = (attemptId: string, status: 'SENT' | 'FAILED') =>
  change({ kind: 'settle', attemptId, status, createdBy: 'Operator' });
const current = () => stored(merchant, paylink.id);

/** An email under the key `k` of which nobody reported in time. */
async function expired() {
  const call = await asking(paylink, { key: 'k' });
  now += 30_000;
  await ring(paylink.id);
  expect(statuses(await current())).toEqual(['UNKNOWN']);
  return call;
}
/** How a claim of the same send under the same key is answered. */
const repeated = async () => {
  const reply = await claim(aClaim(paylink, { key: 'k' }));
  return reply.kind === 'ended' ? reply.result.kind : reply.kind;
};

describe('a report of a PENDING attempt whose operation runs with 3 s left', () => {
  it('`accepted` makes it SENT, and its operation has ended', async () => {
    const call = await asking(paylink);
    expect(await call.report(accepted)).toMatchObject({ kind: 'ended', replayed: false, result: { kind: 'sent' } });
    const after = await current();
    expect(after).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'SENT', messageId: 'm-1' }] });
    expect(told(after)).toEqual(['SENT']);
  });

  it('`refused` makes it FAILED, and the next provider is granted, durably', async () => {
    const call = await asking(paylink);
    const [next] = grantsOf(await call.report(refused, { remainingMs: 3_000 }));
    expect(next).toMatchObject({ provider: 'resend', channel: 'EMAIL', recipient: paylink.customer.email });
    now += 5_000;
    await ring(paylink.id);
    const after = await current();
    expect(after).toMatchObject({
      status: 'CREATED',
      deliveryLogs: [{ reason: 'answered 429' }, { id: next?.attemptId }],
    });
    expect(statuses(after)).toEqual(['FAILED', 'PENDING']);
  });

  it('`refused` by the recipient makes it FAILED, and no other provider is granted', async () => {
    const call = await asking(paylink);
    const outcome = { kind: 'refused', by: 'recipient', reason: 'no such mailbox' } as const;
    expect(await call.report(outcome)).toMatchObject({ kind: 'ended', result: { kind: 'failed' } });
    expect(statuses(await current())).toEqual(['FAILED']);
  });

  it('`not_begun` makes it FAILED, grants nothing, tells nobody and frees the key', async () => {
    const call = await asking(paylink, { key: 'k' });
    expect(await call.report(notBegun)).toMatchObject({ kind: 'ended', result: { kind: 'failed' } });
    const after = await current();
    expect([after.status, statuses(after), told(after)]).toEqual(['CREATED', ['FAILED'], []]);
    expect(await repeated()).toBe('granted');
  });
});

describe('a report of a PENDING attempt with less than 3 s left', () => {
  it('`accepted` makes it SENT', async () => {
    const call = await asking(paylink);
    expect(await call.report(accepted, { remainingMs: -9_000 })).toMatchObject({ result: { kind: 'sent' } });
    expect(await current()).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'SENT' }] });
  });

  it('`refused` makes it FAILED, and no other provider is granted', async () => {
    const call = await asking(paylink);
    const reply = await call.report(refused, { remainingMs: 2_999 });
    expect(reply).toMatchObject({ kind: 'ended', result: { kind: 'failed' } });
    expect(await current()).toMatchObject({ status: 'FAILED', deliveryLogs: [{ status: 'FAILED' }] });
  });
});

const suppress = () =>
  env.DB.prepare(
    "INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, reason, created_at) VALUES (?1, ?2, 'EMAIL', ?3, 'unsubscribe', 1)",
  )
    .bind(crypto.randomUUID(), merchant.id, paylink.emailHash)
    .run();
const cases = [
  { what: 'was canceled', status: 'CANCELED', end: () => void change({ kind: 'cancel', createdBy: 'API Key' }) },
  { what: 'was paid', status: 'PAID', end: () => change({ kind: 'payment', payment: aPayment() }) },
  {
    what: 'has expired',
    status: 'EXPIRED',
    end: async () => {
      now = paylink.expiration;
      await change({ kind: 'expire' });
    },
  },
  { what: 'has a recipient that is suppressed', status: null, end: suppress },
  {
    what: 'has a recipient that was erased',
    status: null,
    end: () => change({ kind: 'erase', hash: paylink.emailHash ?? '' }),
  },
];

describe.each(cases)('a report of a PENDING attempt whose Paylink $what', ({ status, end }) => {
  it('`accepted` makes it SENT, and the status that ended the Paylink is kept', async () => {
    const call = await asking(paylink);
    await end();
    expect(await call.report(accepted)).toMatchObject({ kind: 'ended', result: { kind: 'sent' } });
    expect(await current()).toMatchObject({ status: status ?? 'SENT', deliveryLogs: [{ status: 'SENT' }] });
  });

  it('`refused` makes it FAILED, and no other provider is granted', async () => {
    const call = await asking(paylink);
    await end();
    expect(await call.report(refused)).toMatchObject({ kind: 'ended', result: { kind: 'failed' } });
    const after = await current();
    expect([after.status, statuses(after)]).toEqual([status ?? 'FAILED', ['FAILED']]);
  });
});

describe('a report of an attempt that the alarm made UNKNOWN', () => {
  it('`accepted` makes it SENT, and status, event and key say so', async () => {
    const call = await expired();
    expect(await repeated()).toBe('pending');
    expect(await call.report(accepted)).toMatchObject({ kind: 'ended', result: { kind: 'sent' } });
    const after = await current();
    expect([after.status, statuses(after), told(after)]).toEqual(['SENT', ['SENT'], ['SENT']]);
    expect(await repeated()).toBe('sent');
  });

  it('`refused` makes it FAILED, and status, event and key say so; no other provider is granted', async () => {
    const call = await expired();
    expect(await call.report(refused)).toMatchObject({ kind: 'ended', result: { kind: 'failed' } });
    const after = await current();
    expect([after.status, statuses(after), told(after)]).toEqual(['FAILED', ['FAILED'], ['SEND_FAILED']]);
    expect(await repeated()).toBe('granted');
  });

  it('`not_begun` makes it FAILED and frees the key, and the Paylink is as it was', async () => {
    const call = await expired();
    await call.report(notBegun);
    const after = await current();
    expect([after.status, statuses(after), told(after)]).toEqual(['CREATED', ['FAILED'], []]);
    expect(await repeated()).toBe('granted');
  });
});

describe.each([
  { when: 'while its operation ran', begin: () => asking(paylink, { key: 'k' }) },
  { when: 'after it was UNKNOWN', begin: expired },
])('a report of an attempt that a callback told of $when', ({ begin }) => {
  it('`accepted` adds the message id and nothing else', async () => {
    const call = await begin();
    await callback(call.grant.attemptId, 'DELIVERED', null);
    expect(await call.report(accepted)).toMatchObject({ kind: 'ended', result: { kind: 'sent' } });
    const after = await current();
    expect(after).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'DELIVERED', messageId: 'm-1' }] });
    expect(told(after).toSorted()).toEqual(['DELIVERY_UPDATED', 'SENT']);
  });

  it('`refused` is ignored', async () => {
    const call = await begin();
    await callback(call.grant.attemptId, 'DELIVERED', 'm-0');
    expect(await call.report(refused)).toMatchObject({ kind: 'ended', result: { kind: 'sent' } });
    expect(await current()).toMatchObject({
      status: 'SENT',
      deliveryLogs: [{ status: 'DELIVERED', messageId: 'm-0', reason: null }],
    });
  });
});

describe('a report of an attempt that a person settled', () => {
  it('as FAILED: `accepted` makes it SENT, and status, event and key say so', async () => {
    const call = await expired();
    await settle(call.grant.attemptId, 'FAILED');
    expect(await repeated()).toBe('failed');
    await call.report(accepted);
    const after = await current();
    expect([after.status, statuses(after), told(after).at(-1)]).toEqual(['SENT', ['SENT'], 'SENT']);
    expect(await repeated()).toBe('sent');
  });

  it('as FAILED: `refused` leaves it so, and its key taken', async () => {
    const call = await expired();
    await settle(call.grant.attemptId, 'FAILED');
    const before = await current();
    await call.report(refused);
    expect(await current()).toEqual(before);
    expect(await repeated()).toBe('failed');
  });

  it('as SENT: `accepted` adds the message id and nothing else', async () => {
    const call = await expired();
    await settle(call.grant.attemptId, 'SENT');
    const before = await current();
    await call.report(accepted);
    const after = await current();
    expect(after.events).toEqual(before.events);
    expect(after).toMatchObject({
      status: 'SENT',
      lastSentAt: before.lastSentAt,
      deliveryLogs: [{ messageId: 'm-1' }],
    });
  });

  it('as SENT: `refused` makes it FAILED and is logged; its key stays taken', async () => {
    const call = await expired();
    await settle(call.grant.attemptId, 'SENT');
    const logged = vi.spyOn(console, 'warn');
    await call.report(refused);
    expect(logged.mock.calls.join()).toContain('settled_wrongly');
    logged.mockRestore();
    const after = await current();
    expect([after.status, statuses(after), told(after).at(-1)]).toEqual(['FAILED', ['FAILED'], 'SEND_FAILED']);
    expect(await repeated()).toBe('failed');
  });
});

describe('a report of an attempt whose operation is forgotten', () => {
  const forgotten = async () => {
    const call = await asking(paylink);
    await inCoordinator(paylink.id, (_, state) => {
      state.storage.sql.exec(
        "UPDATE journal SET operation_due = NULL, body = json_set(body, '$.operations', json('[]')) WHERE paylink_id = ?",
        call.command.paylinkId,
      );
    });
    await abortAllDurableObjects();
    await useProviders();
    return call;
  };

  it.each([
    { outcome: accepted, status: 'SENT' },
    { outcome: refused, status: 'FAILED' },
  ])('$outcome.kind is told as a callback: attempt, status and event', async ({ outcome, status }) => {
    const call = await forgotten();
    expect(await call.report(outcome)).toEqual({ kind: 'recorded' });
    const after = await current();
    expect([after.status, statuses(after), told(after)]).toEqual([status, [status], ['DELIVERY_UPDATED']]);
    expect(after.events.at(-1)).toMatchObject({ createdBy: 'Provider', newValue: { deliveryStatus: status } });
  });
});
