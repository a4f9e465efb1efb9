import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { localSecrets, localVariables } from '../../../src/local/variables.ts';

const directory = mkdtempSync(join(tmpdir(), 'paylinks-variables-'));
afterAll(() => rmSync(directory, { recursive: true }));
const secrets = { SECRETS_KEY: 'ab'.repeat(32), ADMIN_TOKEN: 'x'.repeat(32) };

describe('the variables of a local run', () => {
  it('are local by default', () => {
    expect(Object.fromEntries(localVariables(secrets, 9000, join(directory, 'none'), new Map()))).toEqual({
      ENVIRONMENT: 'local',
      EMAIL_PROVIDERS: 'inbox',
      SMS_PROVIDERS: 'inbox',
      PUBLIC_BASE_URL: 'http://localhost:9000',
      ...secrets,
    });
  });

  it('are overridden by .dev.vars, and both by --var', () => {
    const file = join(directory, '.dev.vars');
    writeFileSync(file, 'EMAIL_PROVIDERS=mailchannels\nSMS_PROVIDERS="twilio,inbox"\n');
    const variables = localVariables(secrets, 9000, file, new Map([['SMS_PROVIDERS', 'telnyx']]));
    expect(variables.get('EMAIL_PROVIDERS')).toBe('mailchannels');
    expect(variables.get('SMS_PROVIDERS')).toBe('telnyx');
  });
});

describe('the local secrets', () => {
  it('are generated once, readable by their owner only, and differ between folders', () => {
    const place = join(directory, 'state');
    const first = localSecrets(place);
    expect(first.SECRETS_KEY).toMatch(/^[0-9a-f]{64}$/);
    expect(localSecrets(place)).toEqual(first);
    expect(localSecrets(join(directory, 'other'))).not.toEqual(first);
    expect(statSync(join(place, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(place, 'secrets.json'), 'utf8'))).toEqual(first);
  });
});
