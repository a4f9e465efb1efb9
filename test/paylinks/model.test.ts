import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { newCode, newIdAt } from '../../src/paylink-id.ts';
import type { ChangeReply, ClaimCommand, ClaimReply, ReportReply } from '../../src/paylinks/coordinator/rpc.ts';
import type { ReportedOutcome } from '../../src/paylinks/domain/attempts.ts';
import type { ChangeCommand } from '../../src/paylinks/domain/change.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { changesOf } from '../support/a-paylink.ts';
import { CoordinatorModel, type Outcome } from '../support/coordinator-model.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aPayment } from '../support/payments.ts';
import { aClaim, claim, report, ring, statuses, stored } from '../support/protocol.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { seedPaylink } from '../support/verbs.ts';

type Step =
  | { do: 'claim'; key: string | null }
  | { do: 'claimAgain' | 'release'; operation: number }
  | { do: 'report'; attempt: number; outcome: Outcome; twice: boolean }
  | { do: 'callback'; attempt: number; status: 'DELIVERED' | 'BOUNCED' }
  | { do: 'settle'; attempt: number; status: 'SENT' | 'FAILED' }
  | { do: 'pass'; ms: number }
  | { do: 'pay'; amount: number }
  | { do: 'cancel' | 'open' | 'update' | 'reset' | 'alarm' | 'releaseUnheard' };

const TOTAL = 1_010;
/** After this a Worker has ended, and neither claims nor releases any more, ms. */
const WORKER_MS = 29_000;
const outcomes: Record<Outcome, ReportedOutcome> = {
  accepted: { kind: 'accepted', messageId: 'm' },
  refused: { kind: 'refused', by: 'provider', reason: '403' },
  unknown: { kind: 'unknown', reason: 'reset' },
  not_begun: { kind: 'not_begun' },
};

const many = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const at = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  many(6, fc.record({ do: fc.constant('claim' as const), key: fc.constantFrom('a', 'b', null) })),
  many(3, fc.record({ do: fc.constantFrom('claimAgain' as const, 'release' as const), operation: at })),
  many(
    8,
    fc.record({
      do: fc.constant('report' as const),
      attempt: at,
      outcome: fc.constantFrom<Outcome>('accepted', 'refused', 'refused', 'unknown', 'not_begun'),
      twice: fc.boolean(),
    }),
  ),
  many(
    2,
    fc.record({
      do: fc.constant('callback' as const),
      attempt: at,
      status: fc.constantFrom('DELIVERED' as const, 'BOUNCED' as const),
    }),
  ),
  many(
    2,
    fc.record({
      do: fc.constant('settle' as const),
      attempt: at,
      status: fc.constantFrom('SENT' as const, 'FAILED' as const),
    }),
  ),
  many(3, fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(9_000, 30_000, 60_000) })),
  many(1, fc.record({ do: fc.constant('pay' as const), amount: fc.constantFrom(10, TOTAL) })),
  many(
    4,
    fc.record({
      do: fc.constantFrom('open' as const, 'update' as const, 'reset' as const, 'alarm' as const, 'alarm' as const),
    }),
  ),
  many(2, fc.record({ do: fc.constantFrom('cancel' as const, 'releaseUnheard' as const) })),
);

const said = (reply: ClaimReply | ReportReply | ChangeReply): string => {
  if (reply.kind === 'refused') return reply.refusal.code;
  return reply.kind === 'ended' ? `${reply.result.kind}${reply.replayed ? ' replayed' : ''}` : reply.kind;
};

describe('the coordinator', () => {
  let merchant: Merchant;
  let like: Paylink;
  let runs = 100;
  beforeAll(async () => {
    merchant = await seedMerchant({ recipientSendCap: 1_000_000, paylinkSendCap: 1_000_000 });
    like = await seedPaylink(merchant);
  });

  /** A Paylink of a coordinator of its own. */
  async function freshPaylink(start: number): Promise<Paylink> {
    runs += 1;
    const own = { id: newIdAt(Date.now(), runs % 4_096), code: newCode(0), expiration: start + 10 ** 9 };
    const lineItems = like.lineItems.map((item) => ({ ...item, id: crypto.randomUUID() }));
    const paylink: Paylink = { ...like, ...own, lineItems, events: [] };
    await insertPaylinks(env.DB, [{ ...changesOf(paylink, { lineItems }), key: null }], []);
    return paylink;
  }

  async function follows(steps: Step[]): Promise<void> {
    // So far ahead that no alarm rings but when a step says so.
    const start = Date.now() + 10 ** 10;
    const paylink = await freshPaylink(start);
    const { id } = paylink;
    const model = new CoordinatorModel(TOTAL);
    const commands: ClaimCommand[] = [];
    const waiting: Promise<ChangeReply | 'lost'>[] = [];
    const providers = (['mailchannels', 'resend'] as const).map((name) =>
      scripted(name, 'EMAIL', () => ({ kind: 'unknown', reason: 'never' })),
    );
    const use = () =>
      usingProviders(
        id,
        providers.map(({ provider }) => provider),
        () => start + model.now,
      );
    const change = async (command: ChangeCommand): Promise<ChangeReply> =>
      await coordinatorStub(id).change(id, null, command);
    /** The Paylink as its coordinator has it. */
    const truth = async (): Promise<Paylink> => {
      const news = { status: 'SENT', messageId: null, reason: null } as const;
      const reply = await change({ kind: 'delivery', attemptId: 'none', news });
      if (reply.kind !== 'done') throw new Error(reply.refusal.detail);
      return reply.paylink;
    };
    /** The ids of attempts in the order of their grants. */
    const attemptId = async (n: number) => (await truth()).deliveryLogs[n]?.id ?? 'none';
    const nextCommand = (key: string | null) =>
      aClaim(paylink, { operationId: newIdAt(start + commands.length, 0), key });
    await use();

    for (const one of steps) {
      switch (one.do) {
        case 'claim': {
          const command = nextCommand(one.key);
          const expected = model.claim(one.key);
          expect(said(await claim(command))).toBe(expected);
          if (expected === 'granted') commands.push(command);
          break;
        }
        case 'claimAgain': {
          const [operation, command] = [model.operations[one.operation], commands[one.operation]];
          if (!operation || !command || operation.state === 'forgotten' || model.now - operation.at > WORKER_MS) break;
          expect(said(await claim(command))).toBe(model.claimAgain(operation));
          break;
        }
        case 'release': {
          const [operation, command] = [model.operations[one.operation], commands[one.operation]];
          if (!operation || !command || operation.state === 'forgotten' || model.now - operation.at > WORKER_MS) break;
          await coordinatorStub(id).release({ paylinkId: id, operationId: command.operationId });
          model.release(operation);
          break;
        }
        case 'releaseUnheard': {
          const command = nextCommand('a');
          await coordinatorStub(id).release({ paylinkId: id, operationId: command.operationId });
          model.release(null);
          commands.push(command);
          break;
        }
        case 'report': {
          const attempt = model.attempts[one.attempt];
          const n = model.operations.findIndex(({ attempts }) => attempt && attempts.includes(attempt));
          const [operation, command] = [model.operations[n], commands[n]];
          if (!attempt || !operation || !command) break;
          const outcome = outcomes[one.outcome];
          const { operationId } = command;
          const told = {
            operationId,
            paylinkId: id,
            attemptId: await attemptId(one.attempt),
            outcome,
            skip: [],
            remainingMs: 9_000,
          };
          const reply = await report(told);
          expect(said(reply)).toBe(model.report(operation, attempt, one.outcome));
          if (one.twice) expect(await report(told)).toEqual(reply);
          break;
        }
        case 'callback': {
          const attempt = model.attempts[one.attempt];
          if (!attempt) break;
          const news = { status: one.status, messageId: 'm', reason: null };
          await change({ kind: 'delivery', attemptId: await attemptId(one.attempt), news });
          model.callback(attempt, one.status);
          break;
        }
        case 'settle': {
          const attempt = model.attempts[one.attempt];
          if (!attempt) break;
          const settle = { kind: 'settle', attemptId: await attemptId(one.attempt), status: one.status } as const;
          expect(said(await change({ ...settle, createdBy: 'Operator' }))).toBe(model.settle(attempt, one.status));
          break;
        }
        case 'cancel': {
          const canceled = change({ kind: 'cancel', createdBy: 'API Key' });
          const expected = model.cancel();
          if (expected === 'waits') {
            model.waiting += 1;
            waiting.push(canceled.catch(() => 'lost' as const));
          } else expect(said(await canceled)).toBe(expected);
          break;
        }
        case 'reset':
          await abortAllDurableObjects();
          expect(await Promise.all(waiting.splice(0))).toEqual(Array.from({ length: model.waiting }, () => 'lost'));
          model.waiting = 0;
          await use();
          break;
        case 'alarm':
          await ring(id);
          model.alarm();
          break;
        case 'pass':
          model.now += one.ms;
          break;
        case 'pay':
          await change({
            kind: 'payment',
            payment: aPayment({ orderId: `order-${model.payments}`, amount: one.amount }),
          });
          model.pay(one.amount);
          break;
        case 'open':
          await change({ kind: 'open' });
          model.open();
          break;
        case 'update':
          await change({ kind: 'update', patch: { memo: 'm' }, createdBy: 'API Key' });
          break;
      }
      if (model.waiting > 0 && model.isQuiet()) {
        // Whoever waits is told when an attempt moves; time alone moves none but by the alarm.
        await ring(id);
        model.alarm();
        for (const reply of await Promise.all(waiting.splice(0))) expect(reply).toMatchObject({ kind: 'done' });
        model.waiting = 0;
        model.toldCanceled = true;
      }
      const current = await truth();
      expect([current.status, statuses(current)]).toEqual([model.status, model.attempts.map(({ status }) => status)]);
    }
    model.now += 60_000;
    await ring(id);
    // D1 orders payments of one millisecond by their ids.
    const byId = (paylink: Paylink | null) =>
      paylink && { ...paylink, orders: paylink.orders.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
    expect(byId(await stored(merchant, id))).toEqual(byId(await truth()));
    for (const reply of await Promise.all(waiting)) expect(reply).toMatchObject({ kind: 'done' });
    for (const { received } of providers) expect(received).toEqual([]);
  }

  it('does what a reference model says, whatever is claimed, reported, released, settled and canceled in whatever order and however late, resets in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => follows(steps)),
      { numRuns: 120 },
    );
  }, 300_000);
});
