import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dataFolder } from '../../../src/local/local-data.ts';
import { localSecrets } from '../../../src/local/secrets-file.ts';
import { localVariables } from '../../../src/local/variables.ts';

const directory = mkdtempSync(join(tmpdir(), 'paylinks-variables-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the variables of a local run', () => {
  const own = { SECRETS_KEY: 'ab'.repeat(32), RECIPIENT_HASH_KEY: 'ef'.repeat(32), ADMIN_TOKEN: 'x'.repeat(32) };
  let root = '';
  const write = (name: string, lines: Record<string, string>) => {
    const text = Object.entries(lines).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(join(root, name), text.join(''));
  };
  const variables = (asked: [string, string][] = [], configured: [string, string][] = []) =>
    localVariables({
      url: 'http://localhost:9000',
      persistTo: root,
      root,
      configured: new Map(configured),
      asked: new Map(asked),
    });
  /** What the gateway is given in the end: of the files the later one wins, and `--var` over all of them. */
  const given = ({ vars, envFiles }: ReturnType<typeof variables>) => ({
    ...Object.assign({}, ...envFiles.map((file) => parseEnv(readFileSync(file, 'utf8')))),
    ...Object.fromEntries(vars),
  });

  beforeEach(() => {
    root = mkdtempSync(join(directory, 'root-'));
    write('secrets.env', own);
  });

  it('are local by default, whatever wrangler.toml says, and secrets are only in a file', () => {
    const found = variables(
      [],
      [
        ['ENVIRONMENT', 'production'],
        ['COORDINATORS', '8'],
      ],
    );
    expect(Object.fromEntries(found.vars)).toEqual({
      ENVIRONMENT: 'local',
      EMAIL_PROVIDERS: 'inbox',
      SMS_PROVIDERS: 'inbox',
      PUBLIC_BASE_URL: 'http://localhost:9000',
    });
    expect(found.envFiles).toEqual([join(root, 'secrets.env')]);
    expect(Object.fromEntries(found.all)).toEqual({ COORDINATORS: '8', ...given(found) });
  });

  it('give way to .dev.vars, which is a file for its owner only, and both to --var', () => {
    const key = 'cd'.repeat(32);
    write('.dev.vars', { SECRETS_KEY: key, EMAIL_PROVIDERS: 'mailchannels', SMS_PROVIDERS: '"twilio,inbox"' });
    const found = variables([['SMS_PROVIDERS', 'telnyx']]);
    expect(given(found)).toMatchObject({
      SECRETS_KEY: key,
      ADMIN_TOKEN: own.ADMIN_TOKEN,
      EMAIL_PROVIDERS: 'mailchannels',
      SMS_PROVIDERS: 'telnyx',
    });
    expect(Object.fromEntries(found.all)).toEqual(given(found));
    expect(found.vars.has('EMAIL_PROVIDERS')).toBe(false);
    expect(statSync(join(root, '.dev.vars')).mode & 0o777).toBe(0o600);
  });

  it('pass over what .dev.vars has for wrangler alone: the keys of its example, and a local address', () => {
    const example = { SECRETS_KEY: '01'.repeat(32), RECIPIENT_HASH_KEY: '02'.repeat(32), ADMIN_TOKEN: 'y'.repeat(24) };
    write('.dev.vars.example', { ...example, PUBLIC_BASE_URL: 'http://localhost:8787' });
    write('.dev.vars', { ...example, ADMIN_TOKEN: 'z'.repeat(24), PUBLIC_BASE_URL: 'http://localhost:8787' });
    const found = variables();
    expect(given(found)).toMatchObject({
      ...own,
      ADMIN_TOKEN: 'z'.repeat(24),
      PUBLIC_BASE_URL: 'http://localhost:9000',
    });
    expect(Object.fromEntries(found.all)).toEqual(given(found));
    const [, , restored = ''] = found.envFiles;
    expect(statSync(restored).mode & 0o777).toBe(0o600);

    write('.dev.vars', { PUBLIC_BASE_URL: 'https://pay.example.com' });
    expect(given(variables()).PUBLIC_BASE_URL).toBe('https://pay.example.com');
  });
});

describe('the local data', () => {
  it('has a folder of its own, unless an earlier version made some where wrangler dev keeps it, or another is asked for', () => {
    const root = mkdtempSync(join(directory, 'folder-'));
    expect(dataFolder(root, null)).toBe(join(root, '.wrangler/start'));
    mkdirSync(join(root, '.wrangler/state'), { recursive: true });
    expect(dataFolder(root, null)).toBe(join(root, '.wrangler/start'));
    writeFileSync(join(root, '.wrangler/state/secrets.env'), '');
    expect(dataFolder(root, null)).toBe(join(root, '.wrangler/state'));
    expect([dataFolder(root, 'there'), dataFolder(root, '/there')]).toEqual([join(root, 'there'), '/there']);
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
