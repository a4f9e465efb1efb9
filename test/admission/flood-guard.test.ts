import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { failedAuthentication, floodKey } from '../../src/admission/flood-guard.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the flood guard', () => {
  it('limits an address that has failed 100 times in a minute, and no other', async () => {
    const answers: string[] = [];
    for (let attempt = 0; attempt < 250; attempt++) answers.push(await failedAuthentication(env, '203.0.113.7'));
    const refused = answers.filter((answer) => answer === 'rate_limited').length;
    // The binding's window may have changed once meanwhile.
    expect(refused).toBeGreaterThanOrEqual(50);
    expect(answers.slice(0, 50)).not.toContain('rate_limited');
    expect(await failedAuthentication(env, '203.0.113.8')).toBe('unauthenticated');
  });

  it('answers the usual 401 when its binding fails', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const broken = {
      FAILED_AUTHENTICATIONS: {
        limit: async () => {
          throw new Error('binding');
        },
      },
    };
    expect(await failedAuthentication(broken, '203.0.113.7')).toBe('unauthenticated');
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('counts a failure of %s under %s', (address, key) => {
    expect(floodKey(address)).toBe(key);
  });
});
