import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import {
  deleteEndpoint,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../src/store/webhook-endpoints.ts';
import { seedMerchant } from '../support/merchants.ts';
import { plansOf } from '../support/planning.ts';

describe('endpoints in D1', () => {
  let merchant: Merchant;
  const insert = (createdAt: number, most = 10) =>
    insertEndpoint(
      env.DB,
      {
        id: crypto.randomUUID(),
        merchantId: merchant.id,
        url: 'https://hooks.shop.example/',
        description: null,
        eventTypes: ['*'],
        secretCiphertext: 'sealed',
        format: 'standard',
        headerNames: [],
        headersCiphertext: null,
        includeChildren: false,
        createdAt,
      },
      most,
    );
  const inserted = async (createdAt = 1) => {
    const endpoint = await insert(createdAt);
    if (!endpoint) throw new Error('not inserted');
    return endpoint;
  };
  beforeEach(async () => {
    merchant = await seedMerchant();
  });

  it('are at most as many as a merchant may have, also of inserts at once', async () => {
    const made = await Promise.all([1, 2, 3, 4, 5].map((at) => insert(at, 3)));
    expect(made.filter((one) => one !== null)).toHaveLength(3);
    expect((await listEndpoints(env.DB, merchant.id)).map(({ createdAt }) => createdAt)).toEqual([1, 2, 3]);
  });

  it('are their merchant’s alone', async () => {
    const { id } = await inserted();
    const other = (await seedMerchant()).id;
    expect(await findEndpoint(env.DB, other, id)).toBeNull();
    expect(await updateEndpoint(env.DB, other, id, { enabled: false }, 2)).toBeNull();
    expect(await rotateSecret(env.DB, other, id, 'theirs', 9, 2)).toBeNull();
    expect(await deleteEndpoint(env.DB, other, id)).toBe(false);
    expect(await listEndpoints(env.DB, other)).toEqual([]);
    expect(await findEndpoint(env.DB, merchant.id, id)).toMatchObject({ secretCiphertext: 'sealed', disabledAt: null });
    expect(await deleteEndpoint(env.DB, merchant.id, id)).toBe(true);
    expect(await deleteEndpoint(env.DB, merchant.id, id)).toBe(false);
  });

  it('change only in what is given', async () => {
    const endpoint = await inserted();
    const change = { description: 'New', eventTypes: ['paylink.paid' as const] };
    expect(await updateEndpoint(env.DB, merchant.id, endpoint.id, change, 5)).toEqual({
      ...endpoint,
      ...change,
      updatedAt: 5,
    });
  });

  it('keep why and when they were disabled, until they are enabled again', async () => {
    const { id } = await inserted();
    const set = (enabled: boolean, now: number) => updateEndpoint(env.DB, merchant.id, id, { enabled }, now);
    await env.DB.prepare('UPDATE webhook_endpoints SET failing_since = 1 WHERE id = ?1').bind(id).run();
    expect(await set(false, 5)).toMatchObject({ disabledAt: 5, disabledReason: 'merchant', failingSince: 1 });
    expect(await set(false, 6)).toMatchObject({ disabledAt: 5, disabledReason: 'merchant' });
    expect(await set(true, 7)).toMatchObject({ disabledAt: null, disabledReason: null, failingSince: null });
  });

  it('keep the secret before as long as it signs too', async () => {
    const { id } = await inserted();
    expect(await rotateSecret(env.DB, merchant.id, id, 'next', 99, 5)).toMatchObject({
      secretCiphertext: 'next',
      previousSecretCiphertext: 'sealed',
      previousSecretExpiresAt: 99,
    });
  });

  it('are found by index', async () => {
    const plans = await plansOf(async (db) => {
      await listEndpoints(db, 'm');
      await findEndpoint(db, 'm', 'w');
      await updateEndpoint(db, 'm', 'w', { enabled: true }, 1);
      await deleteEndpoint(db, 'm', 'w');
    });
    expect(plans.filter((detail) => detail.startsWith('SCAN'))).toEqual([]);
  });
});
