import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { findPaylink } from '../../src/store/paylinks.ts';

const objects = async () => {
  const { results } = await env.DB.prepare(
    `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%' ORDER BY type, name`,
  ).all<{ type: string; name: string; sql: string }>();
  return results.map(({ type, name, sql }) => ({
    type,
    name,
    sql: sql
      .replace(/--[^\n]*/g, '')
      .replace(/\s+/g, ' ')
      .replace(/"/g, ''),
  }));
};

const columns = async (tables: string[]) => {
  const found: Record<string, unknown> = {};
  for (const table of tables)
    found[table] = (
      await env.DB.prepare(`SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info('${table}')`).all()
    ).results;
  return found;
};

/** The schema's statements end with a line; a semicolon within a line is part of a trigger. */
async function buildWhole(): Promise<void> {
  const statements = env.TEST_SCHEMA.replace(/--[^\n]*/g, '')
    .split(/;\s*$/m)
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '');
  await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)));
}

describe('schema.sql and the migrations', () => {
  beforeEach(() => reset());

  it('build the same database', async () => {
    await buildWhole();
    const whole = await objects();
    const tables = whole.filter(({ type }) => type === 'table').map(({ name }) => name);
    const wholeColumns = await columns(tables);
    await reset();
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    const migrated = await objects();
    expect(migrated.map(({ type, name }) => [type, name])).toEqual(whole.map(({ type, name }) => [type, name]));
    for (const kind of ['index', 'trigger'])
      expect(migrated.filter(({ type }) => type === kind)).toEqual(whole.filter(({ type }) => type === kind));
    expect(await columns(tables)).toEqual(wholeColumns);
  });

  it('bring the previous version’s data along', async () => {
    const previous = env.TEST_MIGRATIONS.slice(0, -1);
    expect(previous.length).toBeGreaterThan(0);
    await applyD1Migrations(env.DB, previous);
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO merchants (id, name, mode, country, locale, sms_countries, created_at, updated_at) VALUES ('m', 'M', 'live', 'US', 'en-US', '["US"]', 1, 1)`,
      ),
      env.DB.prepare(
        `INSERT INTO paylinks (id, merchant_id, version, status, code, currency_code, customer, send_email, send_sms, customer_consent, attachments, sub_total, total, expiration, created_at, updated_at)
         VALUES ('p', 'm', 3, 'SENT', 'c', 'USD', '{"email":null,"phone":null,"firstName":null,"lastName":null,"paylinkCustomerId":null,"locale":null}', 1, 0, 1, '[]', 5, 5, 9, 1, 2)`,
      ),
    ]);
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    expect(await findPaylink(env.DB, 'm', 'p')).toMatchObject({
      paylink: { id: 'p', version: 3, status: 'SENT', total: 5 },
    });
  });
});
