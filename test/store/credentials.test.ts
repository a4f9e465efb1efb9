import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import {
  expireCredential,
  findBearerCredential,
  issueCredential,
  listCredentials,
  listSigningCredentials,
  revokeCredential,
} from '../../src/store/credentials.ts';
import { seedMerchant } from '../support/merchants.ts';

let merchant: Merchant;
let other: Merchant;
beforeAll(async () => {
  merchant = await seedMerchant();
  other = await seedMerchant();
});

const now = 1_000;
type Times = { createdAt?: number; expiresAt?: number | null };
const base = (owner: Merchant, times: Times) => ({
  id: crypto.randomUUID(),
  merchantId: owner.id,
  label: 'till 7',
  createdAt: 1,
  expiresAt: null,
  ...times,
});
async function issueBearer(owner: Merchant, times: Times = {}) {
  const credential = { ...base(owner, times), scheme: 'bearer' as const, keyHash: crypto.randomUUID() };
  expect(await issueCredential(env.DB, credential)).toBe(true);
  return credential;
}
async function issueSigning(owner: Merchant, scheme: 'hmac' | 'skipify', times: Times = {}) {
  const credential = { ...base(owner, times), scheme, secretCiphertext: `v1.${scheme}` };
  expect(await issueCredential(env.DB, credential)).toBe(true);
  return credential;
}
const sealed = ({ id, scheme, secretCiphertext, expiresAt }: Awaited<ReturnType<typeof issueSigning>>) => ({
  id,
  scheme,
  secretCiphertext,
  expiresAt,
  label: 'till 7',
  scopes: null,
  lastUsedAt: null,
});

describe('a bearer credential', () => {
  it('is found by its hash, with its merchant, until it is revoked', async () => {
    const { id, keyHash, expiresAt } = await issueBearer(merchant, { expiresAt: 5 });
    expect(await findBearerCredential(env.DB, keyHash)).toEqual({
      id,
      expiresAt,
      label: 'till 7',
      scopes: null,
      lastUsedAt: null,
      merchant,
    });
    await revokeCredential(env.DB, merchant.id, id, now);
    expect(await findBearerCredential(env.DB, keyHash)).toBe(null);
  });

  it('cannot share a key with another', async () => {
    const { keyHash } = await issueBearer(merchant);
    const again = { ...base(other, {}), scheme: 'bearer' as const, keyHash };
    await expect(issueCredential(env.DB, again)).rejects.toThrow();
  });
});

describe('signing credentials', () => {
  it('come newest first with their merchant, without bearer keys and without the dead', async () => {
    const owner = await seedMerchant();
    const old = await issueSigning(owner, 'hmac');
    const young = await issueSigning(owner, 'skipify', { createdAt: 2, expiresAt: now + 1 });
    await issueSigning(owner, 'hmac', { expiresAt: now });
    const revoked = await issueSigning(owner, 'hmac');
    await revokeCredential(env.DB, owner.id, revoked.id, now);
    await issueBearer(owner);
    expect(await listSigningCredentials(env.DB, owner.id, now)).toEqual({
      merchant: owner,
      credentials: [sealed(young), sealed(old)],
    });
  });

  it('are none for a merchant without, and null for no merchant', async () => {
    expect(await listSigningCredentials(env.DB, other.id, now)).toEqual({ merchant: other, credentials: [] });
    expect(await listSigningCredentials(env.DB, crypto.randomUUID(), now)).toBe(null);
  });
});

describe('issuing', () => {
  it('stores nothing for an unknown merchant', async () => {
    const stranger = { ...merchant, id: crypto.randomUUID() };
    const credential = { ...base(stranger, {}), scheme: 'hmac' as const, secretCiphertext: 'v1' };
    expect(await issueCredential(env.DB, credential)).toBe(false);
    expect(await listCredentials(env.DB, stranger.id)).toEqual([]);
  });
});

describe('the end of a credential', () => {
  it('is set, moved and taken back by its own merchant’s id only', async () => {
    const { id } = await issueSigning(merchant, 'hmac');
    expect(await expireCredential(env.DB, other.id, id, 7)).toBe(null);
    expect(await expireCredential(env.DB, merchant.id, id, 7)).toMatchObject({ id, expiresAt: 7, revokedAt: null });
    expect(await expireCredential(env.DB, merchant.id, id, null)).toMatchObject({ id, expiresAt: null });
  });

  it('is final once revoked', async () => {
    const { id, scheme, merchantId, label, createdAt } = await issueSigning(merchant, 'hmac', { expiresAt: 9 });
    const known = { id, scheme, merchantId, label, createdAt, expiresAt: 9, scopes: null, lastUsedAt: null };
    const revoked = { ...known, revokedAt: now };
    expect(await revokeCredential(env.DB, other.id, id, now)).toBe(null);
    expect(await revokeCredential(env.DB, merchant.id, id, now)).toEqual(revoked);
    expect(await revokeCredential(env.DB, merchant.id, id, now + 1)).toEqual(revoked);
    expect(await expireCredential(env.DB, merchant.id, id, null)).toEqual(revoked);
    expect(await listCredentials(env.DB, merchant.id)).toContainEqual(revoked);
  });
});
