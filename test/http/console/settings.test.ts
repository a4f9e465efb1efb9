import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../support/api.ts';
import { locationOf, signedInWith, twoMerchants, type Visitor } from '../../support/console.ts';

let api: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  ({ api, visitor, foreign } = await twoMerchants());
});

describe('settings', () => {
  const path = '/console/settings';
  const typed = {
    name: 'Blue Bottle',
    brandColor: '#0f766e',
    locale: 'de-DE',
    country: 'us',
    smsCountries: 'us, ca',
    paylinkSendCap: '7',
    recipientSendCap: '50',
    unkeyedWindow: '2.5',
    timeZone: 'Europe/Berlin',
  };

  it('are saved by the rules of the API, and what is wrong is said beside its field', async () => {
    await visitor.get(path);
    expect((await visitor.post(path, { ...typed, brandColor: 'red', paylinkSendCap: 'many' })).status).toBe(400);
    expect(visitor.page).toContain('id="brandColor-wrong"');
    expect(visitor.page).toContain('id="paylinkSendCap-wrong"');
    expect(visitor.page).toContain('value="many"');
    expect(locationOf(await visitor.post(path, typed))).toBe(`${path}?done=settings`);
    const saved = await (await api.call('GET', '/settings')).json();
    const { unkeyedWindow: _, ...kept } = typed;
    expect(saved).toMatchObject({
      ...kept,
      country: 'US',
      smsCountries: ['US', 'CA'],
      paylinkSendCap: 7,
      recipientSendCap: 50,
      unkeyedWindowMs: 2500,
      logoUrl: null,
    });
    await visitor.get('/console/audit');
    expect(visitor.page).toContain('Settings updated');
    await foreign.get('/console/audit');
    expect(foreign.page).not.toContain('Settings updated');
  });

  it('are previewed as typed in every language, without being saved', async () => {
    await visitor.get(path);
    const { formToken } = visitor;
    const show = async (form: object) => {
      const answer = await visitor.request(
        'POST',
        `${path}/preview`,
        { formToken, ...typed, name: 'Not saved yet', brandColor: '#123456', ...form },
        { origin: 'http://gateway.test', 'sec-fetch-site': 'same-origin' },
      );
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
      return visitor.page;
    };
    expect(await show({ previewKind: 'email', previewLanguage: 'es' })).toMatch(/lang="es"[\s\S]*Not saved yet/);
    expect(await show({ previewKind: 'sms', previewLanguage: 'de' })).toContain('Not saved yet');
    expect(await show({ previewKind: 'page', previewLanguage: 'fr' })).toMatch(
      /lang="fr"[\s\S]*#123456[\s\S]*Not saved yet/,
    );
    expect(await show({ previewKind: 'page', brandColor: '"><script>' })).not.toContain('"><script>');
    await visitor.get(path);
    expect(visitor.page).not.toContain('Not saved yet');
  });

  it('have a callback secret that is shown once', async () => {
    await visitor.get(path);
    expect((await visitor.post(`${path}/secret`)).status).toBe(200);
    expect(visitor.page).toMatch(/whsec_/);
  });

  it('are not for a key without the scope, which does not see the section', async () => {
    const reader = await signedInWith(api, 'paylinks:read');
    expect((await reader.get(path)).status).toBe(403);
    expect(reader.page).not.toContain(`href="${path}"`);
    expect((await reader.post(path, typed)).status).toBe(403);
  });
});
