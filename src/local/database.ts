import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { errorMessage } from '../lib/error-message.ts';
import { demoMerchantId } from './demo-command.ts';
import type { OpenData, Seeding } from './life/open-data.ts';
import { migrationFiles } from './migration-files.ts';
import { seedStatements } from './seed.ts';

const seeding = ['demo.ts', 'seed.ts', 'life/paylinks.ts'].map((name) => join(import.meta.dirname, name));

/**
 * Migrates the local D1 and seeds the demo merchants, with the life of the first one where it has none. That takes seconds, so a note next
 * to the data says what was done, and a later start skips it when nothing has changed.
 */
export async function prepareDatabase(given: Seeding, withLife: boolean): Promise<void> {
  const { persistTo, variables } = given;
  const secretsKey = variables.get('SECRETS_KEY') ?? '';
  const note = join(persistTo, 'prepared.txt');
  const wanted = fingerprint(secretsKey, withLife);
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted && hasDatabase(persistTo)) return;

  // What these load takes a second, which a start without anything to prepare is spared.
  const [{ openData }, { migrate }] = await Promise.all([import('./life/open-data.ts'), import('./migrate.ts')]);
  const data = await openData(given, withLife);
  try {
    const { database } = data;
    await migrate(database);
    await database.batch((await seedStatements(secretsKey)).map((sql) => database.prepare(sql)));
    const whole = !withLife || (await giveLife(data, join(persistTo, 'life-begun.txt')));
    if (whole) writeFileSync(note, wanted);
  } finally {
    await data.close();
  }
}

/**
 * A demo merchant without a Paylink gets its life. A fault of it stops nobody: the next start goes on with it.
 * @param begun a file that says, while the story is told, which moment comes next: one that was cut off goes on there
 * @returns whether it is whole
 */
async function giveLife({ database, play }: OpenData, begun: string): Promise<boolean> {
  const count = database
    .prepare('SELECT count(*) AS paylinks FROM paylinks WHERE merchant_id = ?1')
    .bind(demoMerchantId);
  const { paylinks } = z.object({ paylinks: z.int() }).parse(await count.first());
  if (paylinks > 0 && !existsSync(begun)) return true;
  let moment = existsSync(begun) ? Number(readFileSync(begun, 'utf8')) : 0;
  const note = () => writeFileSync(begun, String(moment));
  try {
    for (note(); await play(moment); note()) moment += 1;
  } catch (error) {
    console.error(`The demo merchant's Paylinks are not complete: ${errorMessage(error)}`);
    return false;
  }
  rmSync(begun);
  return true;
}

function fingerprint(secretsKey: string, withLife: boolean): string {
  const hash = createHash('sha256').update(secretsKey).update(String(withLife));
  for (const file of [...migrationFiles(), ...seeding]) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** The note does not count when the data was deleted. */
const hasDatabase = (persistTo: string) =>
  globSync('v3/d1/*/*.sqlite', { cwd: persistTo }).some((file) => !file.endsWith('metadata.sqlite'));
