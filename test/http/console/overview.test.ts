import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/lib/durations.ts';
import { saveHours } from '../../../src/store/stats.ts';
import { type Api, merchantApi } from '../../support/api.ts';
import { signedIn, type Visitor } from '../../support/console.ts';
import { createBody } from '../../support/verbs.ts';

let api: Api;
let visitor: Visitor;
const hour = Math.floor(Date.now() / HOUR_MS);

beforeAll(async () => {
  api = await merchantApi();
  visitor = await signedIn(api.key);
});

const textOf = (page: string) =>
  page
    .slice(page.indexOf('<main'))
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

it('the overview of a merchant without Paylinks says what will be there', async () => {
  expect((await visitor.get('/console')).status).toBe(200);
  expect(textOf(visitor.page)).toContain('No numbers yet');
  expect(textOf(visitor.page)).toContain('No Paylinks yet');
});

it('shows the way from creation to payment, each day and each provider, drawn and as text, of this merchant alone', async () => {
  const merchantId = api.merchant.id;
  const amounts: Record<string, [number, number, number]> = { USD: [500_000, 123_456, 0] };
  const counts = { created: 40, opened: 20, paid: 10, amounts, openSeconds: {}, paySeconds: {} };
  const messages = { sent: 48, delivered: 44, bounced: 2, failed: 1, unknown: 3 };
  await saveHours(
    env.DB,
    [{ merchantId, hour, ...counts }],
    [{ merchantId, hour, channel: 'EMAIL', provider: 'resend', ...messages }],
  );
  await visitor.get('/console');
  const text = textOf(visitor.page);
  for (const part of [
    'Created Paylinks 40',
    'Sent messages 48',
    'Opened Paylinks 20 50%',
    'Paid Paylinks 10 25%',
    '$1,234.56',
    'Email, Resend',
  ])
    expect(text).toContain(part);
  expect(visitor.page).toMatch(/<svg[^>]* role="img" aria-label="Paylinks created and paid by day/);
  expect(visitor.page.match(/<title>[^<]*: \d+ created, \d+ paid<\/title>/g)).toHaveLength(30);
  await visitor.get('/console?days=7');
  expect(visitor.page.match(/<title>[^<]*: \d+ created, \d+ paid<\/title>/g)).toHaveLength(7);
  const foreign = await signedIn((await merchantApi()).key);
  await foreign.get('/console');
  expect(textOf(foreign.page)).toContain('No numbers yet');
});

it('names what needs a look: a message that nobody knows of, one that failed, an endpoint that takes nothing', async () => {
  await visitor.get('/console');
  expect(visitor.page).not.toContain('Needs a look');
  for (const name of ['unknown', 'refused']) {
    const customer = { email: `${name}@paylinks.test`, firstName: `The ${name} one` };
    const answer = await api.call('POST', '/', createBody(api.merchant.id, { customer }));
    const id = /"paylinkId":"([^"]+)"/.exec(await answer.text())?.[1];
    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false });
  }
  await visitor.get('/console');
  const worries = textOf(visitor.page).split('Newest')[0];
  expect(worries).toContain('The unknown one');
  expect(worries).toContain('The refused one');
  expect(visitor.page).not.toContain('webhook endpoint takes no events');
  await api.call('POST', '/webhook-endpoints', { url: 'https://shop.example.com/' });
  await env.DB.prepare('UPDATE webhook_endpoints SET failing_since = 1 WHERE merchant_id = ?1')
    .bind(api.merchant.id)
    .run();
  await visitor.get('/console');
  expect(textOf(visitor.page)).toContain('A webhook endpoint takes no events.');
});
