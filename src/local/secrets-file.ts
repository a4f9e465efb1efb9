import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as z from 'zod';

const LocalSecrets = z.object({
  SECRETS_KEY: z.string().regex(/^[0-9a-f]{64}$/),
  /** Absent where an earlier version made the secrets: the gateway goes on with what it derived. */
  RECIPIENT_HASH_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  ADMIN_TOKEN: z.string().min(24),
});

/** What a deployed gateway has as secrets, made up for this machine. */
export type LocalSecrets = z.infer<typeof LocalSecrets>;

/** Where the secrets lie, in the form that `wrangler dev --env-file` reads. */
export const secretsFile = (persistTo: string): string => join(persistTo, 'secrets.env');

const made = (): LocalSecrets => ({
  SECRETS_KEY: randomBytes(32).toString('hex'),
  RECIPIENT_HASH_KEY: randomBytes(32).toString('hex'),
  ADMIN_TOKEN: randomBytes(24).toString('base64url'),
});

/** The secrets beside the local data: made at the first start, the same at every later one (what they sealed must open again). */
export function localSecrets(persistTo: string): LocalSecrets {
  const file = secretsFile(persistTo);
  if (existsSync(file)) {
    chmodSync(file, 0o600);
    return LocalSecrets.parse(parseEnv(readFileSync(file, 'utf8')));
  }
  mkdirSync(persistTo, { recursive: true });
  const earlier = join(persistTo, 'secrets.json');
  const secrets = existsSync(earlier) ? LocalSecrets.parse(JSON.parse(readFileSync(earlier, 'utf8'))) : made();
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600, flag: 'wx' });
  rmSync(earlier, { force: true });
  return secrets;
}
