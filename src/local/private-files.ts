import { chmodSync, existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Lets only this user read the local data: databases with customers' addresses, and their journals. What is made from now on, by wrangler
 * and its runtime too, is made so; what an earlier version made is changed.
 */
export function keepPrivate(persistTo: string): void {
  process.umask(0o077);
  if (!existsSync(persistTo)) return;
  for (const file of globSync('**/*.sqlite*', { cwd: persistTo })) chmodSync(join(persistTo, file), 0o600);
}
