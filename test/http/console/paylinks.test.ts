import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Api, keyOf, merchantApi } from '../../support/api.ts';
import { ownForm, signedIn, type Visitor } from '../../support/console.ts';
import { PDF } from '../../support/uploads.ts';
import { createBody } from '../../support/verbs.ts';

let api: Api;
let other: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  api = await merchantApi({ name: 'Blue Bottle Books', timeZone: 'Europe/Berlin' });
  other = await merchantApi({ name: 'Red Kettle Tea' });
  visitor = await signedIn(api.key);
  foreign = await signedIn(other.key);
});

const Created = z.object({ paylinkId: z.string(), shortLink: z.string() });
const Seen = z.object({
  status: z.string(),
  memo: z.string().nullable(),
  total: z.number(),
  expiration: z.string(),
  metadata: z.unknown(),
  customer: z.object({ email: z.string().nullable(), paylinkCustomerId: z.string().nullable() }),
  lineItems: z.array(z.object({ sku: z.string().nullable(), price: z.number(), quantity: z.number() })),
  deliveryLogs: z.array(z.object({ deliveryLogId: z.string(), status: z.string(), recipient: z.string().nullable() })),
});

async function create(of: Api, more: object = {}): Promise<string> {
  const answer = await of.call('POST', '/', { ...createBody(of.merchant.id), ...more });
  return Created.parse(await answer.json()).paylinkId;
}
const read = async (id: string) => Seen.parse(await (await api.call('GET', `/${id}`)).json());
const locationOf = (answer: Response) => answer.headers.get('location');
const at = (id: string, rest = '') => `/console/paylinks/${id}${rest}`;

describe('the list', () => {
  it('finds a Paylink by email, phone, invoice, id and the address of its own page', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const id = await create(api, {
      merchantInvoiceId: `INV ${email}`,
      customer: { email, phone: '+12025550187', firstName: 'Grace', lastName: 'Hopper' },
    });
    for (const q of [email, email.toUpperCase(), '(202) 555-0187']) {
      await visitor.get(`/console/paylinks?q=${encodeURIComponent(q)}`);
      expect(visitor.page, q).toContain(`href="${at(id)}"`);
    }
    for (const q of [id, `https://pay.example.com/${id}`]) {
      const answer = await visitor.get(`/console/paylinks?q=${encodeURIComponent(q)}`);
      expect([answer.status, locationOf(answer)]).toEqual([303, at(id)]);
    }
    await visitor.get(`/console/paylinks?q=${encodeURIComponent(`nobody${email}`)}`);
    expect(visitor.page).toContain('Nothing is found');
  });

  it('finds by invoice and by order number, whatever else the number could be', async () => {
    const invoice = String(Date.now());
    const [byInvoice, byOrder] = [await create(api, { merchantInvoiceId: invoice }), await create(api)];
    await api.call('POST', '/webhooks/payments', {
      paylinkId: byOrder,
      orderId: invoice,
      type: 'payment',
      amount: 100,
      currencyCode: 'USD',
    });
    await visitor.get(`/console/paylinks?q=${invoice}`);
    expect(visitor.page).toContain(at(byInvoice));
    expect(visitor.page).toContain(at(byOrder));
  });

  it('narrows by status, delivery and days of the merchant’s own clock; nonsense narrows nothing', async () => {
    const id = await create(api);
    const shows = async (query: string) => {
      expect((await visitor.get(`/console/paylinks?${query}`)).status).toBe(200);
      return visitor.page.includes(at(id));
    };
    const day = (ms: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(ms);
    const [today, tomorrow] = [day(Date.now()), day(Date.now() + 86_400_000)];
    expect(await shows('status=CREATED')).toBe(true);
    expect(await shows('status=open')).toBe(true);
    expect(await shows('status=PAID')).toBe(false);
    expect(await shows('delivery=BOUNCED')).toBe(false);
    expect(await shows(`from=${today}&to=${today}`)).toBe(true);
    expect(await shows(`from=${tomorrow}`)).toBe(false);
    expect(await shows('status=NONE&delivery=x&from=2026-02-31&to=soon&merchant=x&cursor=!')).toBe(true);
  });

  it('goes on where the page before ended, and exports what the filters show', async () => {
    const many = await merchantApi();
    for (let n = 0; n < 26; n++) await create(many, { merchantInvoiceId: `many-${n}` });
    const of = await signedIn(many.key);
    await of.get('/console/paylinks');
    expect(of.page.match(/class="main-link"/g)).toHaveLength(25);
    const older = /href="([^"]+cursor=[^"]+)"/.exec(of.page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await of.get(older);
    expect(of.page.match(/class="main-link"/g)).toHaveLength(1);
    const csv = await of.get('/console/paylinks.csv?status=CREATED');
    expect(csv.headers.get('content-disposition')).toContain('paylinks.csv');
    expect(of.page.trim().split('\r\n')).toHaveLength(27);
  });

  it('shows a parent its children’s Paylinks too, when asked to', async () => {
    const parent = await merchantApi({ name: 'Parent' });
    const child = await merchantApi({ name: 'The Child Shop', parentId: parent.merchant.id });
    const id = await create(child);
    const of = await signedIn(parent.key);
    await of.get('/console/paylinks');
    expect(of.page).not.toContain(at(id));
    await of.get('/console/paylinks?merchant=all');
    expect(of.page).toContain(at(id));
    expect(of.page).toContain('The Child Shop');
    expect((await of.get(at(id))).status).toBe(200);
    expect((await (await signedIn(child.key)).get(at(await create(parent)))).status).toBe(404);
  });
});

describe('another merchant', () => {
  it('finds nothing of a Paylink, and can do nothing to it', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const id = await create(api, { customer: { email }, merchantInvoiceId: email });
    await foreign.get(`/console/paylinks?q=${encodeURIComponent(email)}`);
    expect(foreign.page).not.toContain(at(id));
    await foreign.get(`/console/paylinks?merchant=${api.merchant.id}`);
    expect(foreign.page).not.toContain(at(id));
    for (const rest of ['', '/edit', '/email', '/qr.svg']) {
      expect((await foreign.get(at(id, rest))).status, rest).toBe(404);
      expect(foreign.page).not.toContain(email);
    }
    await foreign.get('/console/paylinks');
    const posts = {
      '/send': { sendEmail: 'yes' },
      '/cancel': {},
      '/edit': { memo: 'x' },
      '/settle': { status: 'SENT' },
    };
    for (const [rest, form] of Object.entries(posts)) {
      await foreign.get('/console/paylinks');
      expect((await foreign.post(at(id, rest), form)).status, rest).toBe(404);
    }
    await foreign.get('/console/paylinks/new');
    expect((await foreign.post('/console/paylinks/new', { merchantId: api.merchant.id, lineCount: '0' })).status).toBe(
      404,
    );
    expect(await read(id)).toMatchObject({ status: 'CREATED', memo: null });
  });
});

describe('a form', () => {
  it('without the token of this session does nothing, and neither does one from elsewhere', async () => {
    const id = await create(api);
    await visitor.get(at(id));
    const { formToken } = visitor;
    const tries: [object, Record<string, string>][] = [
      [{}, ownForm],
      [{ formToken: foreign.formToken }, ownForm],
      [{ formToken: `${formToken}x` }, ownForm],
      [{ formToken }, {}],
      [{ formToken }, { origin: 'https://evil.example' }],
      [{ formToken }, { origin: 'http://gateway.test', 'sec-fetch-site': 'same-site' }],
      [{ formToken }, { ...ownForm, 'content-type': 'text/plain' }],
    ];
    for (const [form, headers] of tries) {
      const answer = await visitor.request('POST', at(id, '/cancel'), form, headers);
      expect([answer.status, headers], JSON.stringify(form)).toEqual([403, headers]);
    }
    expect((await read(id)).status).toBe('CREATED');
    expect((await visitor.request('POST', at(id, '/cancel'), { formToken }, ownForm)).status).toBe(303);
    expect((await read(id)).status).toBe('CANCELED');
  });

  it('that creates says what is wrong beside the field, and creates once however often it is sent', async () => {
    await visitor.get('/console/paylinks/new');
    const once = /name="once" value="([^"]+)"/.exec(visitor.page)?.[1];
    const form = {
      lineCount: '2',
      'lineItems.0.description': 'Kettle',
      'lineItems.0.price': '12.5o',
      'customer.email': 'nobody',
      expiration: '2020-01-01T10:00',
      currencyCode: 'usd',
      sendEmail: 'yes',
      once,
    };
    const refused = await visitor.post('/console/paylinks/new', form);
    expect(refused.status).toBe(400);
    expect(visitor.page).toContain('id="lineItems.0.price-wrong"');
    expect(visitor.page).toContain('value="12.5o"');
    const half = { ...form, 'lineItems.0.price': '12.50' };
    await visitor.post('/console/paylinks/new', half);
    expect(visitor.page).toContain('id="customer.email-wrong"');
    const good = { ...half, 'customer.email': 'grace@example.com', expiration: '' };
    const answers = [await visitor.post('/console/paylinks/new', good)];
    await visitor.get('/console/paylinks/new');
    answers.push(await visitor.post('/console/paylinks/new', good));
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(locationOf(answers[0] ?? refused)).toBe(locationOf(answers[1] ?? refused));
    const id = /paylinks\/([^?]+)/.exec(locationOf(answers[0] ?? refused) ?? '')?.[1] ?? '';
    expect(await read(id)).toMatchObject({ total: 1250, customer: { email: 'grace@example.com' } });
  });

  it('that changes keeps what it does not show', async () => {
    const id = await create(api, {
      customer: { email: 'a@example.com', paylinkCustomerId: 'c-1' },
      lineItems: [{ sku: 'TENT-2', description: 'Tent', price: 100, quantity: 2 }],
      metadata: { a: 1 },
    });
    const before = await read(id);
    await visitor.get(at(id, '/edit'));
    const values = [...visitor.page.matchAll(/<input[^>]*>/g)].flatMap(([input]) => {
      const name = / name="([^"]+)"/.exec(input)?.[1];
      const isOff = input.includes('type="checkbox"') && !input.includes('checked');
      return name === undefined || isOff ? [] : [[name, / value="([^"]*)"/.exec(input)?.[1] ?? '']];
    });
    const answer = await visitor.post(at(id, '/edit'), { ...Object.fromEntries(values), memo: 'Thank you' });
    expect([answer.status, locationOf(answer)]).toEqual([303, `${at(id)}?done=changed`]);
    expect(await read(id)).toEqual({ ...before, memo: 'Thank you' });
    await visitor.get(at(id));
    expect(visitor.page).toContain('memo: nothing → Thank you');
  });
});

describe('a key', () => {
  it('sees and does in the console what its scopes allow, and is offered nothing else', async () => {
    const id = await create(api, { sendEmail: true, customerConsent: true });
    const unknown = await create(api, { customer: { email: 'unknown@paylinks.test' } });
    await api.call('PATCH', `/${unknown}/send`, { sendEmail: true, sendSms: false });
    const reader = await signedIn((await keyOf(api.merchant, ['paylinks:read'])).key);
    const asked = {
      '/send': 'paylinks:send',
      '/cancel': 'paylinks:write',
      '/edit': 'paylinks:write',
      '/settle': 'payments:write',
    };
    for (const [rest, scope] of Object.entries(asked)) {
      expect((await reader.get(at(unknown))).status).toBe(200);
      expect(reader.page).not.toContain(`${at(unknown)}${rest}`);
      const answer = await reader.post(at(unknown, rest), { sendEmail: 'yes' });
      expect([answer.status, reader.page.includes(`lacks the scope ${scope}`)], rest).toEqual([403, true]);
    }
    await reader.get('/console/paylinks');
    expect(reader.page).not.toContain('/console/paylinks/new');
    expect((await reader.get('/console/paylinks/new')).status).toBe(403);
    expect((await reader.post('/console/paylinks/new', { lineCount: '0' })).status).toBe(403);
    const sender = await signedIn((await keyOf(api.merchant, ['paylinks:read', 'paylinks:send'])).key);
    await sender.get(at(id));
    expect((await sender.post(at(id, '/send'), { sendEmail: 'yes' })).status).toBe(303);
    const blind = await signedIn((await keyOf(api.merchant, ['paylinks:send'])).key);
    expect((await blind.get(at(id))).status).toBe(403);
    expect(blind.page).not.toContain('href="/console/paylinks"');
  });
});

describe('the page of a Paylink', () => {
  const reserved = (name: string) => ({
    customer: { email: `${name}@paylinks.test` },
    sendEmail: true,
    customerConsent: true,
  });

  it('answers whether the customer has the link', async () => {
    const says = async (id: string) => {
      await visitor.get(at(id));
      return /class="says[^"]*"><strong>([^<]+)</.exec(visitor.page)?.[1];
    };
    const id = await create(api, reserved('refused'));
    expect(await says(id)).toBe('Not yet.');
    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false });
    expect(await says(id)).toBe('No.');
    const unknown = await create(api, reserved('unknown'));
    await api.call('PATCH', `/${unknown}/send`, { sendEmail: true, sendSms: false });
    expect(await says(unknown)).toBe('Nobody knows yet.');
    const sent = await create(api, { ...reserved('x'), customer: { email: 'a@example.com' } });
    await api.call('PATCH', `/${sent}/send`, { sendEmail: true, sendSms: false });
    expect(await says(sent)).toBe('Probably.');
    await api.call('POST', `/sandbox/${sent}/open`);
    expect(await says(sent)).toBe('Yes.');
    await api.call('POST', `/sandbox/${sent}/pay`);
    expect(await says(sent)).toBe('Yes, and it is paid.');
  });

  it('sends, also to another address, once however often its form is sent', async () => {
    const id = await create(api, { sendEmail: true, sendSms: false, customerConsent: true });
    await visitor.get(at(id));
    const once = /action="[^"]+\/send"[^>]*>.*?name="once" value="([^"]+)"/s.exec(visitor.page)?.[1];
    const form = { sendEmail: 'yes', email: 'ada@example.com', once };
    for (let n = 0; n < 2; n++) {
      await visitor.get(at(id));
      const answer = await visitor.post(at(id, '/send'), form);
      expect(locationOf(answer)).toBe(`${at(id)}?done=sent`);
    }
    const { deliveryLogs } = await read(id);
    expect(deliveryLogs.map(({ recipient }) => recipient)).toEqual(['ada@example.com']);
    await visitor.get(`${at(id)}?done=sent`);
    expect(visitor.page).toContain('a provider has accepted the message');
  });

  it('says in the words of the API why it did not send, and keeps what was typed', async () => {
    const id = await create(api, { sendEmail: true, customerConsent: false });
    const sends = async (form: object) => {
      await visitor.get(at(id));
      return (await visitor.post(at(id, '/send'), form)).status;
    };
    expect(await sends({ sendEmail: 'yes' })).toBe(400);
    expect(visitor.page).toContain('It was not sent.');
    expect(await sends({})).toBe(400);
    expect(visitor.page).toContain('Tick email or SMS.');
    expect(await sends({ sendEmail: 'yes', email: 'not an address' })).toBe(400);
    expect(visitor.page).toContain('value="not an address"');
    expect((await read(id)).deliveryLogs).toEqual([]);
  });

  it('lets somebody settle an outcome that nobody knows', async () => {
    const id = await create(api, reserved('unknown'));
    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false });
    await visitor.get(at(id));
    const attemptId = /name="attemptId" value="([^"]+)"/.exec(visitor.page)?.[1];
    expect((await visitor.post(at(id, '/settle'), { attemptId, status: 'SENT' })).status).toBe(303);
    expect((await read(id)).deliveryLogs).toMatchObject([{ status: 'SENT' }]);
    await visitor.get(at(id));
    expect((await visitor.post(at(id, '/settle'), { attemptId, status: 'FAILED' })).status).toBe(400);
    expect(visitor.page).toContain('only one that is UNKNOWN can be settled');
  });

  it('attaches files and removes them, by a form of its own', async () => {
    const id = await create(api);
    const pdf = new File([PDF], 'Invoice 7.pdf', { type: 'application/pdf' });
    const attach = async (files: File[], formToken?: string) => {
      await visitor.get(at(id));
      return visitor.upload(at(id, '/attachments'), files, formToken);
    };
    expect((await attach([pdf], 'x')).status).toBe(403);
    expect((await attach([])).status).toBe(400);
    expect((await attach([new File(['<html>'], 'page.pdf')])).status).toBe(400);
    expect(visitor.page).toContain('Must be a PDF, PNG or JPEG file.');
    expect(locationOf(await attach([pdf]))).toBe(`${at(id)}?done=attached`);
    await visitor.get(at(id));
    const name = /name="name" value="([^"]+)"/.exec(visitor.page)?.[1] ?? '';
    expect(name).toMatch(/\.pdf$/);
    await foreign.get('/console/paylinks');
    expect((await foreign.post(at(id, '/detach'), { name })).status).toBe(404);
    expect((await visitor.post(at(id, '/detach'), { name: 'none.pdf' })).status).toBe(404);
    expect(locationOf(await visitor.post(at(id, '/detach'), { name }))).toBe(`${at(id)}?done=detached`);
    await visitor.get(at(id));
    expect(visitor.page).not.toContain(name);
  });

  it('shows the email in a frame without scripts, whose links lead to nobody’s unsubscribing', async () => {
    const id = await create(api, { sendEmail: true });
    await visitor.get(at(id));
    expect(visitor.page).toContain(`<iframe src="${at(id, '/email')}" sandbox=""`);
    const email = await visitor.get(at(id, '/email'));
    expect(email.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(visitor.page).toContain(`/u/preview`);
  });
});

describe('what merchants and customers type', () => {
  const evil = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>';
  it('is text wherever it is shown', async () => {
    const of = await merchantApi({ name: evil });
    const id = await create(of, {
      merchantInvoiceId: evil,
      description: evil,
      memo: evil,
      metadata: { [evil]: evil },
      customer: { firstName: evil, lastName: evil, paylinkCustomerId: evil, email: 'a@example.com' },
      lineItems: [{ sku: evil, description: evil, price: 100, quantity: 1, category: evil }],
    });
    await of.call('PATCH', `/${id}`, { memo: `${evil}2`, description: `${evil}2` });
    await of.call('POST', '/webhooks/payments', {
      paylinkId: id,
      orderId: evil,
      type: 'payment',
      amount: 10,
      currencyCode: 'USD',
    });
    const seen = await signedIn(of.key);
    const paths = [
      '/console',
      '/console/paylinks?merchant=all',
      `/console/paylinks?q=${encodeURIComponent(evil)}&status=${encodeURIComponent(evil)}&from=${encodeURIComponent(evil)}`,
      at(id),
      `${at(id)}?message=sms&done=${encodeURIComponent(evil)}`,
      at(id, '/edit'),
    ];
    for (const path of paths) {
      await seen.get(path);
      expect(seen.page, path).not.toMatch(/<img src=x|<script>alert|<\/script><script>/);
    }
    await seen.get(at(id));
    expect(seen.page).toContain('&lt;img src=x');
    const typed = {
      'customer.email': evil,
      memo: evil,
      'lineItems.0.price': evil,
      lineCount: '1',
      currencyCode: 'USD',
    };
    await seen.post(at(id, '/edit'), typed);
    expect(seen.page).not.toMatch(/<img src=x|<script>alert/);
    await seen.get(at(id));
    await seen.post(at(id, '/send'), { sendEmail: 'yes', email: evil });
    expect(seen.page).not.toMatch(/<img src=x|<script>alert/);
  });
});
