import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Merchant } from '../../src/model/merchant.ts';
import { jsonText } from '../../src/store/columns.ts';
import {
  findMerchant,
  insertMerchant,
  listMerchants,
  merchantJson,
  updateMerchant,
} from '../../src/store/merchants.ts';
import { aMerchant, seedMerchant } from '../support/merchants.ts';

beforeAll(async () => {
  await seedMerchant();
});

describe('a merchant', () => {
  it('is read as it was inserted', async () => {
    const merchant = await seedMerchant({
      rateLimitWindowSeconds: 5,
      checkoutUrlTemplate: 'https://pay.example/{code}',
    });
    expect(await findMerchant(env.DB, merchant.id)).toEqual(merchant);
    expect(await findMerchant(env.DB, crypto.randomUUID())).toBe(null);
  });

  it('is the same as one JSON value of a join', async () => {
    const merchant = await seedMerchant({ mode: 'test', smsCountries: [] });
    const row = await env.DB.prepare(`SELECT ${merchantJson('m')} AS merchant FROM merchants m WHERE m.id = ?1`)
      .bind(merchant.id)
      .first();
    expect(jsonText(Merchant).parse(row?.merchant)).toEqual(merchant);
  });

  it('is inserted once by an id, the first stays', async () => {
    const merchant = await seedMerchant();
    expect(await insertMerchant(env.DB, { ...merchant, name: 'Another' })).toEqual({ kind: 'duplicate' });
    expect(await findMerchant(env.DB, merchant.id)).toEqual(merchant);
  });

  it('needs a parent that exists', async () => {
    const orphan = aMerchant({ parentId: crypto.randomUUID() });
    expect(await insertMerchant(env.DB, orphan)).toEqual({ kind: 'unknown_parent' });
    expect(await findMerchant(env.DB, orphan.id)).toBe(null);
  });
});

describe('an update', () => {
  it('changes what it names and nothing else', async () => {
    const merchant = await seedMerchant();
    const change = { name: 'Renamed', brandColor: null, smsCountries: ['GB'], paylinkSendCap: 0 };
    const now = merchant.updatedAt + 5;
    const changed = { ...merchant, ...change, updatedAt: now };
    expect(await updateMerchant(env.DB, merchant.id, { ...change, locale: undefined }, now)).toEqual(changed);
    expect(await findMerchant(env.DB, merchant.id)).toEqual(changed);
  });

  it('of one setting does not undo a concurrent one of another', async () => {
    const merchant = await seedMerchant();
    await Promise.all([
      updateMerchant(env.DB, merchant.id, { name: 'Renamed' }, 1),
      updateMerchant(env.DB, merchant.id, { rateLimitRequests: 7 }, 2),
    ]);
    // Each made it later than it was, whatever the clocks said.
    const updatedAt = merchant.updatedAt + 2;
    const expected = { ...merchant, name: 'Renamed', rateLimitRequests: 7, updatedAt };
    expect(await findMerchant(env.DB, merchant.id)).toEqual(expected);
  });

  it('of an unknown merchant changes nothing', async () => {
    expect(await updateMerchant(env.DB, crypto.randomUUID(), { name: 'Renamed' }, 1)).toBe(null);
  });
});

describe('the list', () => {
  it('pages by id', async () => {
    const first = await listMerchants(env.DB, '', 2);
    const rest = await listMerchants(env.DB, first.at(-1)?.id ?? '', 100);
    const ids = [...first, ...rest].map(({ id }) => id);
    expect(first).toHaveLength(2);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});
