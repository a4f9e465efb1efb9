import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectPrivate, forget, request, text, unsubscribed } from './browsing.ts';
import { seedPaylink } from './seed-paylink.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));
beforeEach(forget);

describe('unsubscribing', () => {
  it('asks at a GET and changes nothing', async () => {
    const response = await request('/u/known');
    expect(response.status).toBe(200);
    expectPrivate(response);
    expect(await response.text()).toContain('<form method="post"');
    expect(unsubscribed).toEqual([]);
  });

  it('is done by one POST, as mail programs send it', async () => {
    const response = await request('/u/known', {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(response.status).toBe(200);
    expectPrivate(response);
    expect(unsubscribed).toEqual(['known']);
  });

  it('speaks the language of the email, and where there is none the browser’s', async () => {
    const id = await seedPaylink({ code: '0unsubscribe1', locale: 'es-ES' });
    expect(await text(`/u/${id}.attempt`)).toContain('Darse de baja');
    const unknown = await request('/u/known', { headers: { 'accept-language': 'de-DE,de;q=0.9,en' } });
    expect(await unknown.text()).toContain('<html lang="de-DE" dir="ltr">');
    expect(await text('/p/0nosuchcode00')).toContain('There is no payment request at this address.');
  });

  it('answers 404 to a token that is none', async () => {
    expect((await request('/u/made-up', { method: 'POST' })).status).toBe(404);
  });
});
