import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled } from '../../../src/local/install.mjs';

let project = '';
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'paylinks-install-'));
  mkdirSync(join(project, 'node_modules'));
});
afterEach(() => rmSync(project, { recursive: true }));

const write = (file: string, packages: object) => writeFileSync(join(project, file), JSON.stringify({ packages }));
const lock = (packages: object) => write('package-lock.json', { '': { version: '1.0.0' }, ...packages });
const record = (packages: object) => write('node_modules/.package-lock.json', packages);

const hono = { 'node_modules/hono': { version: '4.0.0' } };

describe('what is missing', () => {
  it('is everything while npm has no record of a finished installation', () => {
    lock(hono);
    expect(isInstalled(project)).toBe(false);
  });

  it('is nothing when the record has what the lock file asks for', () => {
    lock(hono);
    record(hono);
    expect(isInstalled(project)).toBe(true);
  });

  it('is what a pull has added to the lock file', () => {
    lock({ 'node_modules/hono': { version: '4.0.1' } });
    record(hono);
    expect(isInstalled(project)).toBe(false);
    lock({ ...hono, 'node_modules/zod': { version: '4.0.0' } });
    expect(isInstalled(project)).toBe(false);
  });

  it('is not an optional package of another platform', () => {
    lock({ ...hono, 'node_modules/fsevents': { version: '2.0.0', optional: true } });
    record(hono);
    expect(isInstalled(project)).toBe(true);
  });
});
