import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { faultOf } from '../../../src/local/check-variables.ts';
import { nearest } from '../../../src/local/nearest.ts';
import { configuredVariables } from '../../../src/local/wrangler-toml.ts';

const directory = mkdtempSync(join(tmpdir(), 'paylinks-check-'));
afterAll(() => rmSync(directory, { recursive: true }));

const right = {
  ENVIRONMENT: 'local',
  PUBLIC_BASE_URL: 'http://localhost:8787',
  EMAIL_PROVIDERS: 'inbox',
  SMS_PROVIDERS: 'inbox',
  EMAIL_FROM: 'pay@example.com',
  EMAIL_FROM_NAME: 'Paylinks',
  SMS_FROM: '+12025550143',
  SECRETS_KEY: 'ab'.repeat(32),
};
const faultWith = (more: Record<string, string>) => faultOf(new Map(Object.entries({ ...right, ...more })));

describe('the variables of a start', () => {
  it('are right', () => {
    expect(faultWith({})).toBeNull();
  });

  it.each([
    [{ RATE_LIMT_REQUESTS: '3' }, 'RATE_LIMT_REQUESTS: did you mean RATE_LIMIT_REQUESTS?'],
    [{ public_base_url: 'x' }, 'public_base_url: did you mean PUBLIC_BASE_URL?'],
    [{ SECRETS_KYE: 'x' }, 'SECRETS_KYE: did you mean SECRETS_KEY?'],
    [{ WEATHER: 'x' }, 'WEATHER: no such variable (docs/operations.md has them all).'],
    [{ RATE_LIMIT_REQUESTS: 'many' }, 'RATE_LIMIT_REQUESTS: must be a whole number from 1 to 1000000.'],
    [{ COORDINATORS: '1.5' }, 'COORDINATORS: must be a whole number from 1 to 4096.'],
    [{ EMAIL_FROM: 'nobody' }, 'EMAIL_FROM: Must be an email address.'],
    [{ SECRETS_KEY: 'short' }, 'SECRETS_KEY: must be 32 bytes as 64 lowercase hex digits.'],
    [{ EMAIL_PROVIDERS: 'resend' }, 'RESEND_API_KEY: is needed by EMAIL_PROVIDERS.'],
    [{ COORDINATORS: '0', EMAIL_FROM: '' }, /^EMAIL_FROM: [^;]+; COORDINATORS: [^;]+\.$/],
  ])('that are wrong are told in one sentence: %j', (more, sentence) => {
    expect(faultWith(more)).toEqual(expect.stringMatching(sentence instanceof RegExp ? sentence : exactly(sentence)));
  });

  it('that are missing are said to be missing', () => {
    const { SMS_FROM: _, ...rest } = right;
    expect(faultOf(new Map(Object.entries(rest)))).toBe('SMS_FROM: is missing.');
  });

  it('never show a value, which may be a secret', () => {
    const secret = 'hunter2hunter2';
    for (const name of ['SECRETS_KEY', 'RECIPIENT_HASH_KEY', 'SECRETS_KEY_PREVIOUS', 'ADMIN_TOKEN', 'EMAIL_FROM'])
      expect([name, faultWith({ [name]: secret })]).toEqual([name, expect.not.stringContaining(secret)]);
  });
});

const exactly = (text: string) => new RegExp(`^${text.replaceAll(/[.?()]/g, '\\$&')}$`);

describe('the nearest name', () => {
  it('is none when nothing is near', () => {
    expect(nearest('FOO', ['ENVIRONMENT', 'SMS_FROM'])).toBeNull();
  });

  it('takes two letters the wrong way round for one mistake', () => {
    expect(nearest('ab', ['ba', 'abcd'])).toBe('ba');
  });
});

describe('the variables of wrangler.toml', () => {
  it('are all that wrangler reads there, also of an environment', async () => {
    const { unstable_readConfig } = await import('wrangler');
    for (const env of [undefined, 'staging']) {
      const { vars } = unstable_readConfig({ config: 'wrangler.toml', ...(env && { env }) }, { hideWarnings: true });
      const read = configuredVariables('wrangler.toml', env ?? null);
      expect(Object.fromEntries(read)).toEqual(z.record(z.string(), z.string()).parse(vars));
    }
  });

  it('may be quoted in both ways, have comments beside them, and be no texts', () => {
    const file = join(directory, 'some.toml');
    writeFileSync(
      file,
      `A = "before"\n[vars] # here\nB = "with \\"quotes\\" # inside" # beside\nC = 'literal \\ '\nD = 12\n# E = "no"\n[other]\nF = "no"\n`,
    );
    expect([...configuredVariables(file, null)]).toEqual([
      ['B', 'with "quotes" # inside'],
      ['C', 'literal \\ '],
      ['D', '12'],
    ]);
  });
});
