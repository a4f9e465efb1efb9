import { hashApiKey } from '../auth/api-key.ts';
import { sealSecret } from '../lib/secrets.ts';
import { demoMerchants, demoSettings } from './demo.ts';

const literal = (value: string | number | null): string =>
  value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;

const insert = (table: string, row: Record<string, string | number | null>, onConflict: string): string =>
  `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')}) ON CONFLICT ${onConflict};`;

/**
 * Statements that insert the demo merchants. Run again, it keeps later changes and encrypts the secrets again, so that they can be read with a
 * new `SECRETS_KEY` too.
 * @param secretsKey 64 hex digits
 */
export async function seedStatements(secretsKey: string): Promise<string[]> {
  const { mode, country, locale, smsCountries, createdAt } = demoSettings;
  const statements: string[] = [];
  for (const merchant of demoMerchants) {
    const row = {
      id: merchant.id,
      name: merchant.name,
      mode,
      country,
      locale,
      brand_color: merchant.brandColor,
      support_email: merchant.supportEmail,
      sms_countries: JSON.stringify(smsCountries),
      created_at: createdAt,
      updated_at: createdAt,
    };
    statements.push(insert('merchants', row, '(id) DO NOTHING'));
    for (const { id, scheme, label, secret } of merchant.credentials) {
      const bearer = scheme === 'bearer';
      const credential = {
        id,
        merchant_id: merchant.id,
        scheme,
        label,
        key_hash: bearer ? await hashApiKey(secret) : null,
        secret_ciphertext: bearer ? null : await sealSecret({ SECRETS_KEY: secretsKey }, id, secret),
        created_at: createdAt,
      };
      statements.push(
        insert('credentials', credential, '(id) DO UPDATE SET secret_ciphertext = excluded.secret_ciphertext'),
      );
    }
  }
  return statements;
}

/** The same as one text. */
export const seedSql = async (secretsKey: string): Promise<string> =>
  `${(await seedStatements(secretsKey)).join('\n')}\n`;
