import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Api, merchantApi, request } from '../support/api.ts';

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
/** The last one ends up at the mock checkout, the one before where a Paylink is read. */
const paths = ['/no/such/page', '/no/such/page/', '/mistyped', '/mistyped/qr.svg', '/checkout/0nosuchcode00'];

let api: Api;
beforeAll(async () => {
  api = await merchantApi();
});

describe('an unknown path', () => {
  it.each(paths)('%s is a page for a browser: a 404 that is kept nowhere and found by no search', async (path) => {
    const answer = await request('GET', path, undefined, browser);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await answer.text();
    expect(text).toContain('<h1>There is nothing here.</h1>');
    // What was asked may be a customer's link, and is said back to nobody.
    expect(text).not.toContain(path.replace(/\/$/, ''));
  });

  it('has the same head for a HEAD, and no body', async () => {
    const answer = await request('HEAD', '/no/such/page', undefined, browser);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
    expect(await answer.text()).toBe('');
  });

  it.each([
    ['GET', { accept: 'application/json' }],
    ['GET', { accept: '*/*' }],
    ['GET', {}],
    ['POST', browser],
    ['DELETE', browser],
    ['GET', { ...browser, authorization: 'Bearer plk_test_whatever' }],
    ['GET', { ...browser, signature: 'c2lnbmVk' }],
  ])('is a problem for a program: %s %o', async (method, headers) => {
    const answer = await request(method, '/no/such/page', method === 'GET' ? undefined : {}, { ...headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ code: 'not_found', instance: '/no/such/page' });
  });

  it('in the form of a Paylink’s is a problem for who brings credentials, whatever else they accept', async () => {
    const asked = (headers: object) => request('GET', '/mistyped', undefined, { ...browser, ...headers });
    const known = await asked({ authorization: `Bearer ${api.key}` });
    expect([known.status, await known.json()]).toMatchObject([404, { code: 'not_found' }]);
    expect((await asked({ authorization: 'Bearer plk_test_unknown' })).status).toBe(401);
    expect((await request('GET', `/${crypto.randomUUID()}`)).status).toBe(401);
  });

  it('is counted as not found: most pages of a flood are in no log, and the next line says how many', async () => {
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_950_000_000_000);
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    for (let n = 0; n < 50; n++) await request('GET', '/no/such/page', undefined, browser);
    now.mockReturnValue(1_950_000_001_000);
    await request('GET', '/no/such/page', undefined, browser);
    const lines = info.mock.calls.map(([line]) => JSON.parse(String(line)));
    vi.restoreAllMocks();
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toMatchObject({ event: 'request', route: null, status: 404, unlogged: 30 });
  });
});
