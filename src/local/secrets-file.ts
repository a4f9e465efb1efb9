import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const LocalSecrets = z.object({
  SECRETS_KEY: z.string().regex(/^[0-9a-f]{64}$/),
  ADMIN_TOKEN: z.string().min(24),
});

/** What a deployed gateway has as secrets, made up for this machine. */
export type LocalSecrets = z.infer<typeof LocalSecrets>;

/** The secrets beside the local data: made at the first start, the same at every later one (what they sealed must open again). */
export function localSecrets(persistTo: string): LocalSecrets {
  const file = join(persistTo, 'secrets.json');
  if (existsSync(file)) return LocalSecrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  const made = { SECRETS_KEY: randomBytes(32).toString('hex'), ADMIN_TOKEN: randomBytes(24).toString('base64url') };
  mkdirSync(persistTo, { recursive: true });
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}
