import { chmodSync, existsSync, globSync, mkdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import { lockData } from './data-lock.ts';
import { localSecrets } from './secrets-file.ts';

/**
 * Where the data is. By default it is a folder of its own, not the one of `wrangler dev`, whose keys are those of `.dev.vars`; an earlier
 * version used that one, and finds its data there.
 * @param asked `--persist-to`
 */
export function dataFolder(root: string, asked: string | null): string {
  if (asked !== null) return isAbsolute(asked) ? asked : resolve(root, asked);
  const earlier = join(root, '.wrangler/state');
  const isThere = ['secrets.env', 'secrets.json'].some((name) => existsSync(join(earlier, name)));
  return isThere ? earlier : join(root, '.wrangler/start');
}

/**
 * Opens the local data for this process: claims it, makes its secrets, and lets only this user read it, as it has databases with
 * customers' addresses, and their journals. What is made from now on, by wrangler and its runtime too, is made so; what an earlier version
 * made is changed.
 * @throws Error with a sentence for a person when another `npm start` has it
 */
export function openData(persistTo: string): void {
  process.umask(0o077);
  mkdirSync(persistTo, { recursive: true });
  if (!lockData(persistTo)) {
    throw new Error(
      `Another npm start uses the data in ${persistTo}: stop it, or give this one its own (npm start -- --port 9000 --persist-to DIR).`,
    );
  }
  for (const file of globSync('**/*.sqlite*', { cwd: persistTo })) chmodSync(join(persistTo, file), 0o600);
  localSecrets(persistTo);
}
