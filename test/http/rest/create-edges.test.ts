import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, merchantApi } from '../../support/api.ts';
import { createBody } from '../../support/verbs.ts';

describe('a create is refused by the name of the field', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi({ rateLimitRequests: 1_000 });
  });

  it.each<[object, string]>([
    // Becomes USD in capitals.
    [{ currencyCode: 'u\u017fd' }, 'currencyCode'],
    [{ currencyCode: 'US' }, 'currencyCode'],
    [{ customer: { phone: '202-555-0143\n' } }, 'customer.phone'],
    [{ customer: { phone: '202\u0000555 0143' } }, 'customer.phone'],
    [{ successUrl: ' https://shop.example/' }, 'successUrl'],
    [{ successUrl: 'https://shop.example/\nnext' }, 'successUrl'],
    [{ successUrl: 'https:shop.example' }, 'successUrl'],
    [{ successUrl: 'https://user:secret@shop.example/' }, 'successUrl'],
  ])('%j', async (some, path) => {
    const answer = await api.call('POST', '/', createBody(api.merchant.id, some));
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid_request', errors: [{ path }] }]);
  });

  it('and not for a currency in small letters, a number as people write it, or a scheme in capitals', async () => {
    const some = { currencyCode: 'eur', customer: { phone: '(202) 555-0143' }, successUrl: 'HTTPS://shop.example/a' };
    const answer = await api.call('POST', '/', createBody(api.merchant.id, some));
    expect([answer.status, await answer.json()]).toMatchObject([201, { ...some, currencyCode: 'EUR' }]);
  });
});
