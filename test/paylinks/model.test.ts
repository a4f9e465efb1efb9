import { evictDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant, PaylinkStatus } from '../../src/model.ts';
import type { ChangeCommand } from '../../src/paylinks/domain/change.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { seedMerchant } from '../support/merchants.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

type Fate = 'accepted' | 'refused' | 'unknown';
type Step =
  | { do: 'send'; key: string | null; fate: Fate }
  | { do: 'news'; attempt: number; status: 'DELIVERED' | 'BOUNCED' }
  | { do: 'cancel' | 'open' | 'update' | 'pay' | 'part' | 'evict' | 'alarm' | 'minute' };

const total = 1010;

/** What a coordinator promises, for one Paylink sent by email, in the fewest words. */
class Reference {
  status: PaylinkStatus = 'CREATED';
  calls = 0;
  paid = 0;
  now = 0;
  attempts: ('SENT' | 'FAILED' | 'UNKNOWN' | 'DELIVERED' | 'BOUNCED')[] = [];
  operations: { key: string | null; at: number; attempt: number; state: 'done' | 'unsettled' }[] = [];

  send(key: string | null, fate: Fate): string {
    const same = (one: (typeof this.operations)[number]) =>
      one.key === key && (key !== null || one.at > this.now - 10_000);
    const before = this.operations.findLast(same);
    if (before) return before.state === 'done' ? 'sent replayed' : 'pending replayed';
    if (!['CREATED', 'SENT', 'OPENED', 'PARTIALLY_PAID', 'FAILED'].includes(this.status)) return 'not_active';
    if (this.attempts.filter((one) => one !== 'FAILED').length >= 20) return 'resend_limit';
    this.calls += 1;
    const attempt = this.attempts.push(fate === 'accepted' ? 'SENT' : fate === 'refused' ? 'FAILED' : 'UNKNOWN') - 1;
    if (fate === 'refused') {
      this.#delivered();
      return 'failed';
    }
    this.operations.push({ key, at: this.now, attempt, state: fate === 'accepted' ? 'done' : 'unsettled' });
    if (fate === 'accepted') this.#accepted();
    return fate === 'accepted' ? 'sent' : 'pending';
  }

  news(attempt: number, status: 'DELIVERED' | 'BOUNCED'): void {
    const before = this.attempts[attempt];
    if (before === undefined || before === status || before === 'BOUNCED') return;
    this.attempts[attempt] = status;
    this.#delivered();
    for (const one of this.operations) {
      if (one.attempt !== attempt || one.state === 'done') continue;
      one.state = 'done';
      this.#accepted();
    }
  }

  change(step: Step['do']): void {
    const open = ['CREATED', 'SENT', 'OPENED'].includes(this.status);
    if (step === 'cancel' && (open || this.status === 'PARTIALLY_PAID' || this.status === 'FAILED'))
      this.status = 'CANCELED';
    if (step === 'open' && open) this.status = 'OPENED';
    if (step !== 'pay' && step !== 'part') return;
    this.paid += step === 'pay' ? total : 10;
    this.status = this.paid >= total ? 'PAID' : 'PARTIALLY_PAID';
  }

  #accepted(): void {
    if (['CREATED', 'SENT', 'OPENED', 'FAILED'].includes(this.status)) this.status = 'SENT';
  }

  #delivered(): void {
    if (!['CREATED', 'SENT', 'FAILED'].includes(this.status)) return;
    if (this.attempts.every((one) => one === 'FAILED' || one === 'BOUNCED')) this.status = 'FAILED';
    else if (this.attempts.some((one) => one === 'SENT' || one === 'DELIVERED')) this.status = 'SENT';
  }
}

const outcomes: Record<Fate, () => ProviderOutcome> = {
  accepted: () => ({ kind: 'accepted', messageId: crypto.randomUUID() }),
  refused: () => ({ kind: 'refused', by: 'provider', reason: '403' }),
  unknown: () => ({ kind: 'unknown', reason: 'reset' }),
};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      key: fc.constantFrom('a', 'b', null),
      fate: fc.constantFrom<Fate>('accepted', 'accepted', 'refused', 'unknown'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('news' as const),
      attempt: fc.nat(4),
      status: fc.constantFrom('DELIVERED' as const, 'BOUNCED' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'open' as const,
        'update' as const,
        'evict' as const,
        'alarm' as const,
        'minute' as const,
        'minute' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'pay' as const, 'part' as const) }) },
);

describe('the coordinator', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });

  async function follows(steps: Step[]): Promise<void> {
    const reference = new Reference();
    const customer = { email: `${crypto.randomUUID()}@example.com` };
    const paylink = await seedPaylink(merchant, { customer, expiration: new Date(Date.now() + 10 ** 9).toISOString() });
    const ctx = contextOf(merchant);
    const start = Date.now();
    let fate: Fate = 'accepted';
    const { provider, received } = scripted('mailchannels', 'EMAIL', () => outcomes[fate]());
    const clock = () => start + reference.now;
    await usingProviders(paylink.id, [provider], clock);
    const change = (command: ChangeCommand) => coordinatorStub(paylink.id).change(paylink.id, null, command);
    for (const one of steps) {
      switch (one.do) {
        case 'send': {
          fate = one.fate;
          const outcome = await send(ctx, paylink.id, { channels: ['EMAIL'], key: one.key });
          const said =
            outcome.kind === 'refused' ? outcome.refusal.code : `${outcome.kind}${outcome.replayed ? ' replayed' : ''}`;
          expect(said).toBe(reference.send(one.key, one.fate));
          break;
        }
        case 'news': {
          const attemptId = received[one.attempt]?.attemptId ?? 'none';
          await change({ kind: 'delivery', attemptId, news: { status: one.status, messageId: 'm', reason: null } });
          reference.news(one.attempt, one.status);
          break;
        }
        case 'minute':
          reference.now += 60_000;
          break;
        case 'evict':
          await evictDurableObject(coordinatorStub(paylink.id));
          await usingProviders(paylink.id, [provider], clock);
          break;
        case 'alarm':
          await inCoordinator(paylink.id, (coordinator) => coordinator.alarm());
          break;
        case 'pay':
        case 'part': {
          const payment = {
            orderId: crypto.randomUUID(),
            kind: 'payment' as const,
            amount: one.do === 'pay' ? total : 10,
            fees: 0,
            currencyCode: 'USD',
          };
          await change({ kind: 'payment', payment });
          reference.change(one.do);
          break;
        }
        default:
          await change(
            one.do === 'update'
              ? { kind: 'update', patch: { memo: 'm' }, createdBy: 'API Key' }
              : one.do === 'open'
                ? { kind: 'open' }
                : { kind: 'cancel', createdBy: 'API Key' },
          );
          reference.change(one.do);
      }
      const stored = await findPaylink(ctx, paylink.id);
      expect(stored?.status).toBe(reference.status);
      expect(received).toHaveLength(reference.calls);
      expect(stored?.deliveryLogs.map((log) => log.status)).toEqual(reference.attempts);
    }
  }

  it('does what a reference model of fifty lines says, whatever is asked of it in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => follows(steps)),
      { numRuns: 120 },
    );
  }, 120_000);
});
