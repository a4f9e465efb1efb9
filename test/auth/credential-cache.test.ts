import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { hashApiKey } from '../../src/auth/api-key.ts';
import { credentialCache } from '../../src/auth/credential-cache.ts';
import { merchantApi, request } from '../support/api.ts';

const operator = { authorization: `Bearer ${env.ADMIN_TOKEN}` };

it('a change of a merchant’s keys or settings makes an isolate forget what it knows of that merchant alone', async () => {
  const [one, other] = [await merchantApi(), await merchantApi()];
  const keys = await Promise.all([one, other].map(({ key }) => hashApiKey(key)));
  const known = () => keys.map((hash) => credentialCache.bearer.isKnown(hash));
  const askBoth = () => Promise.all([one, other].map(({ call }) => call('GET', '/paylinks')));
  const { id } = one.merchant;
  const changes = [
    () => one.call('PATCH', '/settings', { name: 'Changed' }),
    () => one.call('POST', '/credentials', { scheme: 'hmac' }),
    () => request('PATCH', `/admin/merchants/${id}`, { smsSendCap: 5 }, operator),
    () => request('POST', `/admin/merchants/${id}/credentials`, { scheme: 'bearer' }, operator),
  ];
  for (const change of changes) {
    await askBoth();
    expect(known()).toEqual([true, true]);
    expect((await change()).ok).toBe(true);
    expect(known()).toEqual([false, true]);
  }
});
