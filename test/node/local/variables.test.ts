import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { localSecrets } from '../../../src/local/secrets-file.ts';
import { localVariables } from '../../../src/local/variables.ts';

const directory = mkdtempSync(join(tmpdir(), 'paylinks-variables-'));
afterAll(() => rmSync(directory, { recursive: true }));
const secrets = join(directory, 'secrets.env');
writeFileSync(secrets, `SECRETS_KEY=${'ab'.repeat(32)}\nADMIN_TOKEN=${'x'.repeat(32)}\n`);

describe('the variables of a local run', () => {
  it('are local by default, and secrets are only in a file', () => {
    const { vars, envFiles, secretsKey } = localVariables(secrets, 9000, join(directory, 'none'), new Map());
    expect(Object.fromEntries(vars)).toEqual({
      ENVIRONMENT: 'local',
      EMAIL_PROVIDERS: 'inbox',
      SMS_PROVIDERS: 'inbox',
      PUBLIC_BASE_URL: 'http://localhost:9000',
    });
    expect(envFiles).toEqual([secrets]);
    expect(secretsKey).toBe('ab'.repeat(32));
  });

  it('give way to .dev.vars, which is a file for its owner only, and both to --var', () => {
    const file = join(directory, '.dev.vars');
    writeFileSync(file, `SECRETS_KEY=${'cd'.repeat(32)}\nEMAIL_PROVIDERS=mailchannels\nSMS_PROVIDERS="twilio,inbox"\n`);
    const asked = new Map([['SMS_PROVIDERS', 'telnyx']]);
    const { vars, envFiles, secretsKey } = localVariables(secrets, 9000, file, asked);
    expect(vars.has('EMAIL_PROVIDERS')).toBe(false);
    expect(vars.get('SMS_PROVIDERS')).toBe('telnyx');
    expect(envFiles).toEqual([secrets, file]);
    expect(secretsKey).toBe('cd'.repeat(32));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('the local secrets', () => {
  it('are generated once, readable by their owner only, and differ between folders', () => {
    const place = join(directory, 'state');
    const first = localSecrets(place);
    expect(first.SECRETS_KEY).toMatch(/^[0-9a-f]{64}$/);
    expect(localSecrets(place)).toEqual(first);
    expect(localSecrets(join(directory, 'other'))).not.toEqual(first);
    expect(statSync(join(place, 'secrets.env')).mode & 0o777).toBe(0o600);
    expect(parseEnv(readFileSync(join(place, 'secrets.env'), 'utf8'))).toEqual(first);
  });

  it('of an earlier version are taken over', () => {
    const place = join(directory, 'earlier');
    mkdirSync(place);
    const known = { SECRETS_KEY: '0'.repeat(64), ADMIN_TOKEN: 'y'.repeat(32) };
    writeFileSync(join(place, 'secrets.json'), JSON.stringify(known));
    expect(localSecrets(place)).toEqual(known);
    expect(existsSync(join(place, 'secrets.json'))).toBe(false);
    expect(localSecrets(place)).toEqual(known);
  });
});
