import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashApiKey } from '../../../src/auth/api-key.ts';
import { openSecret } from '../../../src/lib/secrets.ts';
import { seedSql } from '../../../src/local/seed.ts';

const key = '0123456789abcdef'.repeat(4);
let db = new DatabaseSync(':memory:');
beforeEach(() => {
  db = new DatabaseSync(':memory:');
  db.exec(readFileSync('schema.sql', 'utf8'));
});

describe('the demo merchants', () => {
  it('are the two of the README, with keys that authenticate', async () => {
    db.exec(await seedSql(key));
    const merchants = db.prepare('SELECT id, mode, sms_countries FROM merchants ORDER BY id').all();
    expect(merchants).toEqual([
      { id: '11111111-2222-4333-8444-555555555555', mode: 'live', sms_countries: '["US","CA","GB"]' },
      { id: '22222222-3333-4444-8555-666666666666', mode: 'live', sms_countries: '["US","CA","GB"]' },
    ]);
    const bearer = db
      .prepare("SELECT merchant_id, key_hash FROM credentials WHERE scheme = 'bearer' ORDER BY id")
      .all();
    expect(bearer).toEqual([
      {
        merchant_id: '11111111-2222-4333-8444-555555555555',
        key_hash: await hashApiKey('plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c'),
      },
      {
        merchant_id: '22222222-3333-4444-8555-666666666666',
        key_hash: await hashApiKey('plk_test_other_3c4fcf098815f7aba6d2ae2816157e2b'),
      },
    ]);
  });

  it('have secrets encrypted with the latest key, and keep all other changes when seeded again', async () => {
    db.exec(await seedSql('f'.repeat(64)));
    db.exec("UPDATE merchants SET name = 'Renamed'; UPDATE credentials SET revoked_at = 5 WHERE scheme = 'bearer'");
    db.exec(await seedSql(key));
    const sealed = db
      .prepare("SELECT id, secret_ciphertext AS sealed FROM credentials WHERE scheme <> 'bearer' ORDER BY id")
      .all();
    const opened = await Promise.all(
      sealed.map((row) => openSecret({ SECRETS_KEY: key }, `${row.id}`, `${row.sealed}`)),
    );
    expect(opened).toEqual(['sk_test_4f9c1e7ab2d04c6d9a5be3f80c1d7726', 'sk_skipify_9c2d7f10a4b84e5f8f60d1c2b3a49587']);
    expect(db.prepare("SELECT count(*) AS n FROM merchants WHERE name = 'Renamed'").get()).toEqual({ n: 2 });
    expect(db.prepare('SELECT count(*) AS n FROM credentials WHERE revoked_at = 5').get()).toEqual({ n: 2 });
  });
});
