import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { hkdfSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Misconfigured } from '../../src/env.ts';
import { deriveKey } from '../../src/lib/secrets.ts';
import { isUnavailable } from '../../src/lib/unavailable.ts';
import { recipientHash } from '../../src/paylinks/recipients/recipient.ts';
import { recipientKey, recipientKeyAndSource } from '../../src/paylinks/recipients/recipient-key.ts';
import { seedSuppressions } from '../support/suppressions.ts';

const first = '11'.repeat(32);
const second = '22'.repeat(32);
const third = '33'.repeat(32);
const own = '44'.repeat(32);
const number = '+12025550199';

type Keys = Parameters<typeof recipientKey>[1];
const hashUnder = async (keys: Keys) => recipientHash(await recipientKey(env.DB, { ...keys }), 'SMS', number);
const derivedHash = async (hex: string) => recipientHash(await deriveKey(hex, 'recipient-hash'), 'SMS', number);

const suppress = async (hash: string) =>
  seedSuppressions([
    {
      id: crypto.randomUUID(),
      merchantId: 'm',
      channel: 'SMS',
      recipientHash: hash,
      recipient: number,
      reason: 'stop',
      createdAt: 1,
    },
  ]);

beforeEach(async () => {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});

afterEach(() => vi.restoreAllMocks());

describe('the key that hashes recipients', () => {
  it('is derived from SECRETS_KEY where there is none of its own, and stays that after SECRETS_KEY was replaced, twice', async () => {
    const hash = await hashUnder({ SECRETS_KEY: first });
    expect(hash).toBe(await derivedHash(first));
    expect(await hashUnder({ SECRETS_KEY: second, SECRETS_KEY_PREVIOUS: [first] })).toBe(hash);
    expect(await hashUnder({ SECRETS_KEY: third, SECRETS_KEY_PREVIOUS: [second, first] })).toBe(hash);
    expect(await hashUnder({ SECRETS_KEY: third, SECRETS_KEY_PREVIOUS: [first, second] })).toBe(hash);
  });

  it('is its own where RECIPIENT_HASH_KEY is set, whatever becomes of SECRETS_KEY', async () => {
    const hash = await hashUnder({ SECRETS_KEY: first, RECIPIENT_HASH_KEY: own });
    expect(hash).not.toBe(await derivedHash(first));
    expect(await hashUnder({ SECRETS_KEY: second, RECIPIENT_HASH_KEY: own })).toBe(hash);
  });

  it('goes on when RECIPIENT_HASH_KEY is set to what was derived, and SECRETS_KEY is gone', async () => {
    const hash = await hashUnder({ SECRETS_KEY: first });
    const derived = hkdfSync('sha256', Buffer.from(first, 'hex'), '', 'paylinks:recipient-hash', 32);
    const keys = { SECRETS_KEY: second, RECIPIENT_HASH_KEY: Buffer.from(derived).toString('hex') };
    expect(await hashUnder(keys)).toBe(hash);
    expect((await recipientKeyAndSource(env.DB, keys)).source).toBe('RECIPIENT_HASH_KEY');
  });

  it('stays the derived one when RECIPIENT_HASH_KEY is set to another afterwards', async () => {
    const hash = await hashUnder({ SECRETS_KEY: first });
    expect(await hashUnder({ SECRETS_KEY: first, RECIPIENT_HASH_KEY: own })).toBe(hash);
  });

  it('is missed when it is no longer configured: everything is refused, and nobody is forgotten', async () => {
    await hashUnder({ SECRETS_KEY: first });
    await expect(hashUnder({ SECRETS_KEY: second })).rejects.toThrow(Misconfigured);
    await expect(hashUnder({ SECRETS_KEY: second, RECIPIENT_HASH_KEY: own })).rejects.toThrow(/RECIPIENT_HASH_KEY/);
    expect(await hashUnder({ SECRETS_KEY: second, SECRETS_KEY_PREVIOUS: [first] })).toBe(await derivedHash(first));
  });

  it('of an installation that never noted it is the one that its recipients were hashed with', async () => {
    await suppress(await derivedHash(second));
    const keys = { SECRETS_KEY: second, SECRETS_KEY_PREVIOUS: [first], RECIPIENT_HASH_KEY: own };
    expect(await hashUnder(keys)).toBe(await derivedHash(second));
    expect(await hashUnder({ ...keys, SECRETS_KEY: third, SECRETS_KEY_PREVIOUS: [second] })).toBe(
      await derivedHash(second),
    );
  });

  it('is one and the same for isolates that choose at the same time with different configurations', async () => {
    const hashes = await Promise.all(
      [{ SECRETS_KEY: first }, { SECRETS_KEY: first, RECIPIENT_HASH_KEY: own }].map(hashUnder),
    );
    expect(new Set(hashes).size).toBe(1);
  });

  it('is asked of the database once in an isolate, and again after a fault, which callers are told to wait for', async () => {
    let asked = 0;
    let broken = true;
    const db = new Proxy(env.DB, {
      get(target, name) {
        if (name !== 'prepare') return Reflect.get(target, name);
        return (sql: string) => {
          asked += 1;
          if (broken) throw new Error('D1 is away');
          return target.prepare(sql);
        };
      },
    });
    const keys = { SECRETS_KEY: first };
    await expect(recipientKey(db, keys)).rejects.toSatisfy(isUnavailable);
    broken = false;
    await recipientKey(db, keys);
    const before = asked;
    await recipientKey(db, keys);
    expect(asked).toBe(before);
  });

  it('is asked for again when the request that asked first has ended, and its question with it', async () => {
    const db = new Proxy(env.DB, {
      get: (target, name) => {
        if (name !== 'prepare') return Reflect.get(target, name);
        return () => ({ first: () => new Promise(() => {}) });
      },
    });
    const keys = { SECRETS_KEY: first };
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now);
    void recipientKey(db, keys);
    clock.mockReturnValue(now + 5_000);
    expect(await recipientHash(await recipientKey(env.DB, keys), 'SMS', number)).toBe(await derivedHash(first));
  });
});
