import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/auth/authenticate.ts';
import { newCredentialCache } from '../../src/auth/credential-cache.ts';
import { noteUse } from '../../src/auth/last-used.ts';
import { configOf } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { findCredential, noteLastUse } from '../../src/store/credentials.ts';
import { seedMerchant } from '../support/merchants.ts';
import { bearer, counting, giveCredential, signHmac } from './merchant-side.ts';

const hour = 1_750_000_000_000 - (1_750_000_000_000 % 3_600_000);
let merchant: Merchant;
beforeAll(async () => {
  merchant = await seedMerchant();
});

const lastUse = async (id: string) => (await findCredential(env.DB, merchant.id, id))?.lastUsedAt;

describe('the hour of a credential’s last use', () => {
  it.each(['bearer', 'hmac'] as const)('is noted for %s, beside the request', async (scheme) => {
    const secret = `plk_test_${crypto.randomUUID().replaceAll('-', '')}`;
    const id = await giveCredential(merchant.id, scheme, secret);
    const url = 'https://gateway.test/paylinks';
    const signed = signHmac({ merchantId: merchant.id, secret, timestamp: (hour + 5_000) / 1000, url });
    const request = scheme === 'bearer' ? bearer(`Bearer ${secret}`) : signed;
    const work: Promise<unknown>[] = [];
    const deps = { config: configOf(env), db: env.DB, cache: newCredentialCache(), now: hour + 5_000 };
    const waitUntil = (one: Promise<unknown>) => void work.push(one);
    const answer = await authenticate(request, request.body, { ...deps, waitUntil });
    expect(answer.kind).toBe('authenticated');
    await Promise.all(work);
    expect(await lastUse(id)).toBe(hour);
  });

  it('is written once an hour, however often it is used', async () => {
    const id = await giveCredential(merchant.id, 'bearer', `plk_test_${crypto.randomUUID()}`);
    const { db, count } = counting(env.DB);
    const work: Promise<unknown>[] = [];
    const use = (now: number) =>
      noteUse(merchant.id, { id, lastUsedAt: null }, { db, now, waitUntil: (one) => void work.push(one) });
    for (const later of [0, 1, 3_599_999]) use(hour + later);
    await Promise.all(work);
    expect([count(), await lastUse(id)]).toEqual([1, hour]);
    use(hour + 3_600_000);
    await Promise.all(work);
    expect([count(), await lastUse(id)]).toEqual([2, hour + 3_600_000]);
  });

  it('is not asked of D1 when D1 had it already, and never goes back', async () => {
    const id = await giveCredential(merchant.id, 'bearer', `plk_test_${crypto.randomUUID()}`);
    const { db, count } = counting(env.DB);
    noteUse(merchant.id, { id, lastUsedAt: hour }, { db, now: hour + 7, waitUntil: () => {} });
    expect(count()).toBe(0);
    await noteLastUse(env.DB, merchant.id, id, hour);
    await noteLastUse(env.DB, merchant.id, id, hour - 3_600_000);
    expect(await lastUse(id)).toBe(hour);
  });

  it('is lost without harm when D1 does not take it', async () => {
    const work: Promise<unknown>[] = [];
    const broken = new Proxy(env.DB, {
      get: () => () => {
        throw new Error('locked');
      },
    });
    const deps = { db: broken, now: hour, waitUntil: (one: Promise<unknown>) => void work.push(one) };
    noteUse(merchant.id, { id: crypto.randomUUID(), lastUsedAt: null }, deps);
    await expect(Promise.all(work)).resolves.toHaveLength(1);
  });
});
