import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  isRefused,
  isTooMany,
  mayCountOpening,
  NO_ADDRESS,
  networksOf,
  REMEMBERED_MS,
} from '../../src/admission/flood-guard.ts';

const GUARD = 'FAILED_AUTHENTICATIONS';
const now = 1_800_000_000_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Fails so often that the address is refused. */
async function fail(address: string): Promise<void> {
  for (let attempt = 0; attempt < 250; attempt++) await isTooMany(env, GUARD, address, now);
}

const broken = async () => {
  throw new Error('binding');
};

describe('the flood guard', () => {
  it('limits an address that has failed 100 times in a minute, and no other', async () => {
    const answers: boolean[] = [];
    for (let attempt = 0; attempt < 250; attempt++) answers.push(await isTooMany(env, GUARD, '203.0.113.7', now));
    // The binding's window may have changed once meanwhile.
    expect(answers.filter((tooMany) => tooMany).length).toBeGreaterThanOrEqual(50);
    expect(answers.slice(0, 50)).not.toContain(true);
    expect(await isTooMany(env, GUARD, '203.0.113.8', now)).toBe(false);
  });

  it('remembers for 10 s whom a binding refused, so that it need not be asked', async () => {
    expect(isRefused(GUARD, '203.0.113.9', now)).toBe(false);
    await fail('203.0.113.9');
    expect(isRefused(GUARD, '203.0.113.9', now)).toBe(true);
    expect(isRefused(GUARD, '203.0.113.9', now + REMEMBERED_MS - 1)).toBe(true);
    expect(isRefused(GUARD, '203.0.113.9', now + REMEMBERED_MS)).toBe(false);
    expect(isRefused('UNKNOWN_REQUESTS', '203.0.113.9', now)).toBe(false);
  });

  it('takes a host’s /64 and a site’s /48 for one address', async () => {
    for (let host = 0; host < 250; host++) await isTooMany(env, GUARD, `2001:db8:7:1::${host.toString(16)}`, now);
    expect(isRefused(GUARD, '2001:db8:7:1:ffff::1', now)).toBe(true);
    for (let net = 0; net < 250; net++) await isTooMany(env, GUARD, `2001:db8:8:${net.toString(16)}::1`, now);
    expect(isRefused(GUARD, '2001:db8:8:ffff::1', now)).toBe(true);
    expect(isRefused(GUARD, '2001:db8:9::1', now)).toBe(false);
  });

  it('remembers nothing of an address that the platform does not tell', async () => {
    await fail(NO_ADDRESS);
    expect(isRefused(GUARD, NO_ADDRESS, now)).toBe(false);
  });

  it('refuses nobody when its binding fails', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const bindings = { FAILED_AUTHENTICATIONS: { limit: broken }, UNKNOWN_REQUESTS: { limit: broken } };
    expect(await isTooMany(bindings, GUARD, '203.0.113.7', now)).toBe(false);
    expect(await mayCountOpening({ OPENINGS: { limit: broken } }, '0code')).toBe(true);
  });

  it.each([
    ['203.0.113.7', ['203.0.113.7']],
    ['::ffff:203.0.113.7', ['203.0.113.7']],
    ['2001:db8:1:2:3:4:5:6', ['2001:db8:1:2::/64', '2001:db8:1::/48']],
    ['2001:DB8:1:2::6', ['2001:db8:1:2::/64', '2001:db8:1::/48']],
    ['2001:0db8:0001:0002::', ['2001:db8:1:2::/64', '2001:db8:1::/48']],
    ['2001:db8::1', ['2001:db8:0:0::/64', '2001:db8:0::/48']],
    ['::1', ['0:0:0:0::/64', '0:0:0::/48']],
    ['unknown', ['unknown']],
  ])('counts a failure of %s under %s', (address, keys) => {
    expect(networksOf(address)).toEqual(keys);
  });
});
