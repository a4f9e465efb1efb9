import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweepSecrets } from '../../src/auth/seal-anew.ts';
import { type Bindings, configOf } from '../../src/env.ts';
import { openSecret, sealedPrefix, sealSecret } from '../../src/lib/secrets.ts';
import { countSealedOtherwise, replaceSealed } from '../../src/store/sealed-secrets.ts';
import { seedMerchant } from '../support/merchants.ts';

const old = { SECRETS_KEY: '11'.repeat(32) };
const bindings: Bindings = { ...env, SECRETS_KEY: '22'.repeat(32), SECRETS_KEY_PREVIOUS: old.SECRETS_KEY };
const config = configOf(bindings);

const lines: string[] = [];
let merchantId = '';
beforeEach(async () => {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  merchantId = (await seedMerchant()).id;
  lines.length = 0;
  vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => vi.restoreAllMocks());

const progress = () =>
  lines
    .map((line): unknown => JSON.parse(line))
    .flatMap((line) =>
      typeof line === 'object' && line && 'event' in line && line.event === 'secrets_sealed_anew' ? [line] : [],
    );

const insertCredential = (id: string, sealed: string) =>
  env.DB.prepare(
    "INSERT INTO credentials (id, merchant_id, scheme, secret_ciphertext, created_at) VALUES (?1, ?2, 'hmac', ?3, 0)",
  ).bind(id, merchantId, sealed);

async function seedCredentials(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  await env.DB.batch(
    await Promise.all(ids.map(async (id) => insertCredential(id, await sealSecret(old, id, `secret of ${id}`)))),
  );
  return ids;
}

const sealedOf = async (table: string, id: string) =>
  env.DB.prepare(`SELECT * FROM ${table} WHERE id = ?1`).bind(id).first<Record<string, string>>();

describe('the cron', () => {
  it('seals anew what a previous key has sealed, at most 200 values at a time, and says how far it is', async () => {
    const ids = await seedCredentials(250);
    await sweepSecrets(bindings, config);
    await sweepSecrets(bindings, config);
    await sweepSecrets(bindings, config);
    const base = { level: 'info', event: 'secrets_sealed_anew', unreadable: 0 };
    expect(progress()).toMatchObject([
      { ...base, sealed: 200, left: 50 },
      { ...base, sealed: 50, left: 0 },
      { ...base, sealed: 0, left: 0 },
    ]);
    for (const id of ids.slice(-20)) {
      const row = await sealedOf('credentials', id);
      expect(await openSecret({ SECRETS_KEY: config.SECRETS_KEY }, id, row?.secret_ciphertext ?? '')).toBe(
        `secret of ${id}`,
      );
    }
  });

  it('seals both secrets and the headers of a webhook endpoint anew', async () => {
    const id = crypto.randomUUID();
    await env.DB.prepare(
      `INSERT INTO webhook_endpoints (id, merchant_id, url, event_types, secret_ciphertext, previous_secret_ciphertext, previous_secret_expires_at, headers_ciphertext, created_at, updated_at)
       VALUES (?1, ?2, 'https://example.com', '["*"]', ?3, ?4, 1, ?5, 0, 0)`,
    )
      .bind(
        id,
        merchantId,
        ...(await Promise.all(['whsec_new', 'whsec_before', '{"a":"b"}'].map((text) => sealSecret(old, id, text)))),
      )
      .run();
    await sweepSecrets(bindings, config);
    const row = await sealedOf('webhook_endpoints', id);
    const alone = { SECRETS_KEY: config.SECRETS_KEY };
    expect(await openSecret(alone, id, row?.secret_ciphertext ?? '')).toBe('whsec_new');
    expect(await openSecret(alone, id, row?.previous_secret_ciphertext ?? '')).toBe('whsec_before');
    expect(await openSecret(alone, id, row?.headers_ciphertext ?? '')).toBe('{"a":"b"}');
  });

  it('leaves what no key opens as it is, says so, and goes on with the rest', async () => {
    const lost = crypto.randomUUID();
    const sealed = await sealSecret({ SECRETS_KEY: '33'.repeat(32) }, lost, 'lost');
    await insertCredential(lost, sealed).run();
    await seedCredentials(3);
    await sweepSecrets(bindings, config);
    expect(progress()).toMatchObject([{ sealed: 3, unreadable: 1, left: 1 }]);
    expect((await sealedOf('credentials', lost))?.secret_ciphertext).toBe(sealed);
  });

  it('says which key hashes recipients, so that nobody takes away the one it is derived from', async () => {
    await seedCredentials(1);
    await sweepSecrets(bindings, config);
    expect(progress()).toMatchObject([{ recipientHashKey: 'SECRETS_KEY_PREVIOUS' }]);
  });

  it('changes nothing and is silent where no key is replaced, so that the release before can still read everything', async () => {
    const plain: Bindings = { ...env, SECRETS_KEY: old.SECRETS_KEY };
    const [id = ''] = await seedCredentials(1);
    const before = await sealedOf('credentials', id);
    await sweepSecrets(plain, configOf(plain));
    expect(progress()).toEqual([]);
    expect(await sealedOf('credentials', id)).toEqual(before);
  });

  it('does not undo a secret that was replaced while it was sealing', async () => {
    const [id = ''] = await seedCredentials(1);
    const before = (await sealedOf('credentials', id))?.secret_ciphertext ?? '';
    const newer = await sealSecret(config, id, 'newer');
    await env.DB.prepare('UPDATE credentials SET secret_ciphertext = ?2 WHERE id = ?1').bind(id, newer).run();
    await replaceSealed(env.DB, [{ place: 0, id, sealed: before, fresh: await sealSecret(config, id, 'older') }]);
    expect((await sealedOf('credentials', id))?.secret_ciphertext).toBe(newer);
    expect(await countSealedOtherwise(env.DB, await sealedPrefix(config))).toBe(0);
  });
});
