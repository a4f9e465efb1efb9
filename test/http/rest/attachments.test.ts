import { env, exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { utf8 } from '../../../src/lib/encoding.ts';
import { giveCredential, signHmac } from '../../auth/merchant-side.ts';
import { type Api, merchantApi, request } from '../../support/api.ts';
import {
  BOUNDARY,
  JPEG,
  multipart,
  multipartType,
  type Part,
  PDF,
  PNG,
  pdfOf,
  postBytes,
  upload,
} from '../../support/uploads.ts';
import { createBody } from '../../support/verbs.ts';

const Body = z.looseObject({
  paylinkId: z.string().optional(),
  shortLink: z.string().optional(),
  attachments: z.array(z.string()).optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
const MIB = 1024 * 1024;

let api: Api;
let id: string;
let code: string;

async function read(answer: Response) {
  return { ...Body.parse(await answer.json()), status: answer.status };
}
const create = async (some: object = {}, by = api) =>
  read(await by.call('POST', '/', createBody(by.merchant.id, some)));
const attach = async (...parts: Part[]) => read(await upload(api, id, ...parts));
const names = async () => (await read(await api.call('GET', `/${id}`))).attachments;
const stored = async (of = id) => (await env.ATTACHMENTS?.list({ prefix: `${api.merchant.id}/${of}/` }))?.objects ?? [];
const download = (name: string, of = code) => request('GET', `/p/${of}/files/${encodeURIComponent(name)}`);

beforeEach(async () => {
  api = await merchantApi({ paylinkSendCap: 100 });
  const created = await create();
  id = created.paylinkId ?? '';
  code = created.shortLink?.split('/').at(-1) ?? '';
});

it('files that wait to be read take no more of an isolate’s memory than it can give: one more gets a 503, and all is as before after them', async () => {
  const whole = multipart([{ bytes: pdfOf(5 * MIB) }]);
  const slowly = () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const headers = { authorization: `Bearer ${api.key}`, 'content-type': multipartType };
    const asked = { method: 'POST', headers, body: readable };
    const answer = exports.default.fetch(`http://gateway.test/${id}/attachments`, asked);
    const finish = async () => {
      await writer.write(whole);
      await writer.close();
    };
    return { answer, finish };
  };
  const slow = Array.from({ length: 4 }, slowly);
  await expect.poll(async () => (await upload(api, crypto.randomUUID(), { bytes: pdfOf(MIB) })).status).toBe(503);
  expect((await api.call('GET', `/${id}`)).status).toBe(200);
  const ended = await Promise.all(slow.map(({ answer, finish }) => finish().then(() => answer)));
  expect(ended.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect((await attach({ bytes: pdfOf(MIB) })).status).not.toBe(503);
});

describe('attaching', () => {
  it('lists files by name on both surfaces, links them from page and email, and serves them as a download only', async () => {
    const answer = await upload(api, id, { name: 'Facture n°7.pdf', bytes: PDF }, { name: 'photo.png', bytes: PNG });
    expect(answer.status).toBe(201);
    const url = `http://gateway.test/p/${code}/files/Facture%20n%C2%B07.pdf`;
    expect(answer.headers.get('location')).toBe(url);
    const attachments = ['Facture n°7.pdf', 'photo.png'];
    expect(await answer.json()).toMatchObject({ paylinkId: id, attachments });
    expect(await names()).toEqual(attachments);
    const query = `{ paymentSession(id: "${id}") { attachments } }`;
    const asked = await api.call('POST', '/graphql', { query });
    expect(await asked.json()).toEqual({ data: { paymentSession: { attachments } } });

    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: true });
    const inbox = await (await api.call('GET', `/inbox.json?paylinkId=${id}`)).text();
    const page = await (await request('GET', `/p/${code}`)).text();
    expect(page).toContain(`href="/p/${code}/files/photo.png"`);
    const messages = z
      .object({ messages: z.array(z.object({ channel: z.string(), text: z.string(), html: z.string().nullable() })) })
      .parse(JSON.parse(inbox)).messages;
    const email = messages.find(({ channel }) => channel === 'EMAIL');
    expect(email?.html).toContain(`href="${url}"`);
    expect(email?.text).toContain(`- photo.png\n  http://gateway.test/p/${code}/files/photo.png`);
    expect(messages.find(({ channel }) => channel === 'SMS')?.text).not.toContain('/files/');

    const file = await download('Facture n°7.pdf');
    expect(file.status).toBe(200);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(PDF);
    const headers = Object.fromEntries(
      [
        ...['content-type', 'content-length', 'content-disposition', 'content-security-policy'],
        ...['x-content-type-options', 'cache-control', 'x-robots-tag', 'referrer-policy'],
      ].map((name) => [name, file.headers.get(name)]),
    );
    expect(headers).toEqual({
      'content-type': 'application/pdf',
      'content-length': String(PDF.byteLength),
      'content-disposition': `attachment; filename="Facture n_7.pdf"; filename*=UTF-8''Facture%20n%C2%B07.pdf`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'referrer-policy': 'no-referrer',
    });
    const head = await request('HEAD', `/p/${code}/files/photo.png`);
    expect([head.status, await head.text(), head.headers.get('content-type')]).toEqual([200, '', 'image/png']);
  });

  it('tells of itself by an UPDATED event, and to endpoints, without the names', async () => {
    await attach({ name: 'ada-byron.pdf', bytes: PDF });
    const { events } = z
      .object({ events: z.array(z.looseObject({ eventType: z.string() })) })
      .parse(await (await api.call('GET', `/${id}`)).json());
    expect(events.at(-1)).toMatchObject({
      eventType: 'UPDATED',
      oldValue: { attachments: [] },
      newValue: { attachments: ['a***.pdf'] },
    });
  });

  it('cleans names of folders and of what could deceive', async () => {
    const answer = await attach({ name: '..\\..\\in\u202Evoice.exe', bytes: JPEG }, { name: '/etc/a.pdf', bytes: PDF });
    expect(answer).toMatchObject({ status: 201, attachments: ['invoice.exe.jpg', 'a.pdf'] });
    expect((await download('invoice.exe.jpg')).headers.get('content-type')).toBe('image/jpeg');
  });

  it('the same file again is no change; another one under its name is a 409', async () => {
    await attach({ name: 'a.pdf', bytes: PDF });
    expect(await attach({ name: 'a.pdf', bytes: PDF })).toMatchObject({ status: 201, attachments: ['a.pdf'] });
    const other = await attach({ name: 'a.pdf', bytes: pdfOf(100) });
    expect(other).toMatchObject({ status: 409, code: 'conflict', errors: [{ path: 'file' }] });
    const twice = await attach({ name: 'b.pdf', bytes: PDF }, { name: 'b.pdf', bytes: pdfOf(100) });
    expect(twice).toMatchObject({ status: 409, code: 'conflict' });
    await expect.poll(() => stored().then((objects) => objects.length)).toBe(1);
    expect(new Uint8Array(await (await download('a.pdf')).arrayBuffer())).toEqual(PDF);
  });

  it('takes at most three, together or one by one', async () => {
    const four = ['a', 'b', 'c', 'd'].map((name) => ({ name: `${name}.pdf`, bytes: utf8(`%PDF-1.7 ${name}`) }));
    expect(await attach(...four)).toMatchObject({
      status: 400,
      errors: [{ path: 'file', message: 'At most 3 files.' }],
    });
    expect((await attach(...four.slice(0, 3))).status).toBe(201);
    const fourth = await attach(...four.slice(3));
    expect(fourth).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path: 'file' }] });
    expect(await names()).toEqual(['a.pdf', 'b.pdf', 'c.pdf']);
    await expect.poll(() => stored().then((objects) => objects.length)).toBe(3);
  });

  it('five at once are three: one writer counts', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => attach({ name: `${n}.pdf`, bytes: PDF })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 400, 400]);
    expect(await names()).toHaveLength(3);
    await expect.poll(() => stored().then((objects) => objects.length)).toBe(3);
    for (const name of (await names()) ?? []) expect((await download(name)).status).toBe(200);
  });

  it('takes 5 MiB and no byte more, in a body of at most 6 MiB; other routes keep 64 KiB', async () => {
    expect((await attach({ bytes: pdfOf(5 * MIB) })).status).toBe(201);
    const longer = await attach({ name: 'b.pdf', bytes: pdfOf(5 * MIB + 1) });
    expect(longer).toMatchObject({ status: 413, code: 'payload_too_large', errors: [{ path: 'file' }] });
    const body = await attach({ name: 'c.pdf', bytes: pdfOf(4 * MIB) }, { name: 'd.pdf', bytes: pdfOf(3 * MIB) });
    expect(body).toMatchObject({ status: 413, code: 'payload_too_large' });
    for (const path of ['/', `/${id}/attachments/x`, `/${id}/notify_by/email`])
      expect((await postBytes(api, path, pdfOf(65_537))).status, path).toBe(413);
    expect(await names()).toEqual(['invoice.pdf']);
  });

  it.each<[string, Part, string]>([
    ['HTML', { bytes: utf8('<html><script>') }, 'file'],
    ['SVG', { name: 'a.svg', bytes: utf8('<svg xmlns=') }, 'file'],
    ['nothing', { bytes: new Uint8Array() }, 'file'],
    ['text under a PDF’s name', { name: 'a.pdf', bytes: utf8('hello') }, 'file'],
    ['a field of another name', { field: 'upload', bytes: PDF }, 'upload'],
    ['a field without a filename', { name: null, bytes: PDF }, 'file'],
  ])('refuses %s as a 400 that names the field', async (_, part, path) => {
    expect(await attach(part)).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path }] });
    const second = await attach({ name: 'good.pdf', bytes: PDF }, part);
    expect(second.status).toBe(400);
    expect(await names()).toEqual([]);
    await expect.poll(() => stored()).toEqual([]);
  });

  it('refuses another media type as 415, and a body that is none of multipart as 400', async () => {
    const path = `/${id}/attachments`;
    for (const type of ['application/json', 'application/pdf', 'text/plain', 'multipart/mixed; boundary=x'])
      expect((await postBytes(api, path, PDF, { 'content-type': type })).status, type).toBe(415);
    const bodies: [Uint8Array, string][] = [
      [new Uint8Array(), multipartType],
      [utf8('hello'), multipartType],
      [utf8(`--${BOUNDARY}--\r\n`), multipartType],
      [multipart([{ bytes: PDF }]), 'multipart/form-data'],
      [multipart([{ bytes: PDF }]), 'multipart/form-data; boundary='],
      [multipart([{ bytes: PDF }]), 'multipart/form-data; boundary=other'],
      [multipart([{ bytes: PDF }]).slice(0, -20), multipartType],
    ];
    for (const [body, type] of bodies) {
      const answer = await read(await postBytes(api, path, body, { 'content-type': type }));
      expect(answer, type).toMatchObject({ status: 400, code: 'invalid_request' });
    }
  });

  it('is signed over the bytes of the body like every request', async () => {
    const secret = `sk_${crypto.randomUUID()}`;
    const issued = await giveCredential(api.merchant.id, 'hmac', secret);
    const url = `http://gateway.test/${id}/attachments`;
    const body = new TextDecoder('latin1').decode(multipart([{ bytes: PDF }]));
    const timestamp = Math.floor(Date.now() / 1000);
    const { headers } = signHmac({ merchantId: api.merchant.id, secret, timestamp, method: 'POST', url, body });
    const send = (sent: string) =>
      request('POST', `/${id}/attachments`, sent, {
        ...Object.fromEntries(headers),
        'x-key-id': issued,
        'content-type': multipartType,
      });
    expect((await send(body.replace('document', 'forgery!'))).status).toBe(401);
    expect((await send(body)).status).toBe(201);
  });

  it('is for active Paylinks of one’s own and of one’s children', async () => {
    const child = await merchantApi({ parentId: api.merchant.id });
    const theirs = await create({}, child);
    expect((await upload(api, theirs.paylinkId ?? '', { bytes: PDF })).status).toBe(201);
    const stranger = await merchantApi();
    const answer = await upload(stranger, id, { bytes: PDF });
    expect(await read(answer)).toMatchObject({ status: 404, code: 'not_found' });
    expect((await upload(api, crypto.randomUUID(), { bytes: PDF })).status).toBe(404);
    await api.call('PATCH', `/${id}/cancel`);
    expect(await attach({ bytes: PDF })).toMatchObject({ status: 400, code: 'not_active' });
    await expect.poll(() => stored()).toEqual([]);
  });
});

describe('names without files', () => {
  it('are refused at create; an empty list is none', async () => {
    const refused = await create({ attachments: ['invoice.pdf'] });
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path: 'attachments' }] });
    for (const attachments of [[], null]) expect((await create({ attachments })).status).toBe(201);
  });

  it('may be sent back in an update as they are, and not otherwise', async () => {
    await attach({ name: 'a.pdf', bytes: PDF });
    const patch = async (body: object) => read(await api.call('PATCH', `/${id}`, body));
    expect(await patch({ attachments: ['a.pdf'], memo: 'new' })).toMatchObject({ status: 200, memo: 'new' });
    for (const attachments of [[], ['b.pdf'], ['a.pdf', 'b.pdf']])
      expect(await patch({ attachments })).toMatchObject({ status: 400, errors: [{ path: 'attachments' }] });
    expect(await names()).toEqual(['a.pdf']);
  });
});

describe('taking off', () => {
  it('takes the file off the list, the page and R2, in every status', async () => {
    await attach({ name: 'a b.pdf', bytes: PDF }, { name: 'c.png', bytes: PNG });
    await api.call('PATCH', `/${id}/cancel`);
    const gone = await api.call('DELETE', `/${id}/attachments/${encodeURIComponent('a b.pdf')}`);
    expect([gone.status, await gone.text()]).toEqual([204, '']);
    expect(await names()).toEqual(['c.png']);
    expect((await download('a b.pdf')).status).toBe(404);
    expect((await download('c.png')).status).toBe(200);
    await expect.poll(() => stored().then((objects) => objects.length)).toBe(1);
    const again = await read(await api.call('DELETE', `/${id}/attachments/${encodeURIComponent('a b.pdf')}`));
    expect(again).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('is nobody else’s', async () => {
    await attach({ name: 'a.pdf', bytes: PDF });
    const stranger = await merchantApi();
    expect((await stranger.call('DELETE', `/${id}/attachments/a.pdf`)).status).toBe(404);
    expect((await download('a.pdf')).status).toBe(200);
  });
});

it('a file is served under its own link only', async () => {
  await attach({ name: 'a.pdf', bytes: PDF });
  const other = await create();
  const otherCode = other.shortLink?.split('/').at(-1) ?? '';
  expect((await download('a.pdf', otherCode)).status).toBe(404);
  expect((await download('a.pdf', '0nosuchcode00')).status).toBe(404);
  expect((await request('GET', `/p/${otherCode}/files/..%2F${code}%2Ffiles%2Fa.pdf`)).status).toBe(404);
  expect((await request('POST', `/p/${code}/files/a.pdf`, '')).status).toBe(405);
});

it('erasing the customer erases the files with it, and not those of others', async () => {
  await attach({ name: 'ada.pdf', bytes: PDF }, { name: 'ada2.pdf', bytes: pdfOf(50) });
  const other = await create({ customer: { email: 'grace@example.com' } });
  await upload(api, other.paylinkId ?? '', { bytes: PDF });
  expect((await api.call('POST', '/recipients/erase', { email: 'ada@example.com' })).status).toBe(200);
  expect(await names()).toEqual([]);
  expect(await stored()).toEqual([]);
  expect((await download('ada.pdf')).status).toBe(404);
  expect(await (await api.call('GET', `/${id}`)).text()).not.toContain('ada.pdf');
  expect(await stored(other.paylinkId)).toHaveLength(1);
});
