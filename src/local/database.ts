import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedSql } from './seed.ts';
import { runWrangler } from './wrangler.ts';

const migrations = join(import.meta.dirname, '../store/migrations');
const seeding = ['demo.ts', 'seed.ts'].map((name) => join(import.meta.dirname, name));

/**
 * Migrates the local D1 and seeds the demo merchants. Each wrangler call takes seconds, so a note next to the data says what was done,
 * and a later start skips both when nothing has changed.
 * @returns whether anything was done
 */
export async function prepareDatabase(persistTo: string, secretsKey: string): Promise<boolean> {
  const note = join(persistTo, 'prepared.txt');
  const wanted = fingerprint(secretsKey);
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted && hasDatabase(persistTo)) return false;

  const scratch = mkdtempSync(join(tmpdir(), 'paylinks-seed-'));
  try {
    const seed = join(scratch, 'seed.sql');
    writeFileSync(seed, await seedSql(secretsKey), { mode: 0o600 });
    const local = ['--local', '--persist-to', persistTo];
    await runWrangler(['d1', 'migrations', 'apply', 'DB', ...local]);
    await runWrangler(['d1', 'execute', 'DB', ...local, '--file', seed, '--yes']);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  writeFileSync(note, wanted);
  return true;
}

function fingerprint(secretsKey: string): string {
  const hash = createHash('sha256').update(secretsKey);
  const files = readdirSync(migrations)
    .sort()
    .map((name) => join(migrations, name));
  for (const file of [...files, ...seeding]) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** The note does not count when the data was deleted. */
const hasDatabase = (persistTo: string) =>
  globSync('v3/d1/*/*.sqlite', { cwd: persistTo }).some((file) => !file.endsWith('metadata.sqlite'));
