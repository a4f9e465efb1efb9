import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

const directory = join(import.meta.dirname, '../../public');

/** Writes a file of public/. It is renamed into place, so that nobody reads half of it. */
export function write(path: string, text: string | Uint8Array): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  // On the same disk, and seen by nobody.
  const part = join(directory, '../.wrangler/site', `${path.replaceAll('/', '-')}.${process.pid}`);
  mkdirSync(dirname(part), { recursive: true });
  writeFileSync(part, text);
  renameSync(part, file);
}
