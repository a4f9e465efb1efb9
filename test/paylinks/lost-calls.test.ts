import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bindings } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { ClaimCommand, ReportCommand } from '../../src/paylinks/coordinator/rpc.ts';
import { seedMerchant } from '../support/merchants.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const lost = () => Object.assign(new Error('the object was moved'), { retryable: true });

/** Coordinators whose first answer to each of these calls gets lost, after they have done all of it. */
function losingFirst(...lossy: ('claim' | 'report')[]): { bindings: Bindings; calls: string[] } {
  const calls: string[] = [];
  const losing =
    <A, R>(name: 'claim' | 'report', call: (command: A) => Promise<R>) =>
    async (command: A): Promise<R> => {
      calls.push(name);
      const reply = await call(command);
      if (lossy.includes(name) && calls.filter((one) => one === name).length === 1) throw lost();
      return reply;
    };
  const COORDINATOR = new Proxy(env.COORDINATOR, {
    get: (target, name) =>
      name === 'get'
        ? (id: DurableObjectId) => {
            const real = target.get(id);
            return new Proxy(real, {
              get: (stub, method) => {
                if (method === 'claim') return losing('claim', (command: ClaimCommand) => stub.claim(command));
                if (method === 'report') return losing('report', (command: ReportCommand) => stub.report(command));
                return Reflect.get(stub, method);
              },
            });
          }
        : Reflect.get(target, name).bind(target),
  });
  return { bindings: { ...env, COORDINATOR }, calls };
}

describe('a send whose answer got lost on the way to the edge', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });

  it.each([null, 'k'])('is asked for again and answered, not done again (key: %s)', async (key) => {
    const paylink = await seedPaylink(merchant);
    const email = scripted('resend', 'EMAIL', () => ({ kind: 'accepted', messageId: crypto.randomUUID() }));
    await usingProviders(paylink.id, [email.provider]);
    const { bindings, calls } = losingFirst('claim', 'report');
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { channels: ['EMAIL'], key });
    expect(outcome).toMatchObject({ kind: 'sent', replayed: false, accepted: ['EMAIL'] });
    expect([calls, email.received.length]).toEqual([['claim', 'claim', 'report', 'report'], 1]);
  });

  it.each([null, 'k'])('by every provider’s refusal is not tried once more either (key: %s)', async (key) => {
    const paylink = await seedPaylink(merchant);
    const email = scripted('resend', 'EMAIL', () => ({ kind: 'refused', by: 'recipient', reason: 'no such mailbox' }));
    await usingProviders(paylink.id, [email.provider]);
    const { bindings, calls } = losingFirst('claim', 'report');
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { channels: ['EMAIL'], key });
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect([calls, email.received.length]).toEqual([['claim', 'claim', 'report', 'report'], 1]);
  });
});
