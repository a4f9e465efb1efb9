import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bindings } from '../../src/env.ts';
import type { Merchant } from '../../src/model.ts';
import type { CoordinatorRpc } from '../../src/paylinks/coordinator/rpc.ts';
import { seedMerchant } from '../support/merchants.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const lost = () => Object.assign(new Error('the object was moved'), { retryable: true });

/** Coordinators whose first answer to a send gets lost, after they have done all of it. */
function losingFirstAnswer(): { bindings: Bindings; sends: () => number } {
  let sends = 0;
  const COORDINATOR = new Proxy(env.COORDINATOR, {
    get: (target, name) =>
      name === 'get'
        ? (id: DurableObjectId): CoordinatorRpc => {
            const real = target.get(id);
            return {
              create: (command) => real.create(command),
              change: (...args) => real.change(...args),
              send: async (command) => {
                sends += 1;
                const reply = await real.send(command);
                if (sends === 1) throw lost();
                return reply;
              },
            };
          }
        : Reflect.get(target, name).bind(target),
  });
  return { bindings: { ...env, COORDINATOR }, sends: () => sends };
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
    const { bindings, sends } = losingFirstAnswer();
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { channels: ['EMAIL'], key });
    expect(outcome).toMatchObject({ kind: 'sent', replayed: false, accepted: ['EMAIL'] });
    expect([sends(), email.received.length]).toEqual([2, 1]);
  });

  it.each([null, 'k'])('by every provider’s refusal is not tried once more either (key: %s)', async (key) => {
    const paylink = await seedPaylink(merchant);
    const email = scripted('resend', 'EMAIL', () => ({ kind: 'refused', by: 'recipient', reason: 'no such mailbox' }));
    await usingProviders(paylink.id, [email.provider]);
    const { bindings, sends } = losingFirstAnswer();
    const outcome = await send(contextOf(merchant, bindings), paylink.id, { channels: ['EMAIL'], key });
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect([sends(), email.received.length]).toEqual([2, 1]);
  });
});
