import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { statusAt } from '../../src/paylinks/domain/status.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { sweepExpired } from '../../src/paylinks/transitions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { usingProviders } from '../support/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

describe('a Paylink past its expiration', () => {
  it('is EXPIRED and not sent from that moment, and the sweep writes it down once', async () => {
    const merchant = await seedMerchant();
    const expiration = Date.now() + 60_000;
    const paylink = await seedPaylink(merchant, { expiration: new Date(expiration).toISOString() });
    await usingProviders(paylink.id, [], () => expiration);
    expect(statusAt(paylink, expiration - 1)).toBe('CREATED');
    expect(statusAt(paylink, expiration)).toBe('EXPIRED');
    expect(await send(contextOf(merchant), paylink.id)).toMatchObject({ refusal: { code: 'not_active' } });
    expect(await sweepExpired(env, configOf(env), expiration - 1)).toBe(0);
    expect(await sweepExpired(env, configOf(env), expiration)).toBe(1);
    expect(await sweepExpired(env, configOf(env), expiration)).toBe(0);
    const stored = await findPaylink(contextOf(merchant), paylink.id);
    expect(stored).toMatchObject({
      status: 'EXPIRED',
      events: [{ type: 'CREATED' }, { type: 'EXPIRED', createdBy: 'System' }],
    });
  });
});
