import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type Api, merchantApi } from '../support/api.ts';
import { BOUNDARY, JPEG, multipart, multipartType, PDF, PNG, postBytes } from '../support/uploads.ts';
import { createBody } from '../support/verbs.ts';

let api: Api;
beforeAll(async () => {
  api = await merchantApi({ rateLimitRequests: 1_000_000 });
});

const create = async (): Promise<string> => {
  const { paylinkId } = await (await api.call('POST', '/', createBody(api.merchant.id))).json<{ paylinkId: string }>();
  return paylinkId;
};
const bytesOf = (text: string) => new TextEncoder().encode(text);

const file = fc.constantFrom(PDF, PNG, JPEG, bytesOf('<html>'), new Uint8Array());
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed()),
  fc.constantFrom('a.pdf', '../a.pdf', '', '\r\n\r\n', '"; filename="b', 'a\u0000b', '\u202eb'),
);
const part = fc.record({
  field: fc.oneof(
    { weight: 4, arbitrary: fc.constant('file') },
    fc.constantFrom('', 'file"', 'file\r\nX: y', '__proto__'),
  ),
  name: fc.oneof({ weight: 4, arbitrary: name }, fc.constant(null)),
  bytes: file,
});
const valid = fc.array(part, { maxLength: 5 }).map(multipart);

/** What a broken client or a hostile one makes of a valid body. */
const broken = fc
  .tuple(valid, fc.constantFrom('cut', 'flip', 'insert', 'double', 'whole'), fc.nat(), fc.nat({ max: 255 }))
  .map(([body, how, where, byte]) => {
    const at = body.length === 0 ? 0 : where % body.length;
    const copy = body.slice();
    if (how === 'cut') return body.slice(0, at);
    if (how === 'flip') copy[at] = byte;
    if (how === 'insert')
      return Uint8Array.from([...body.slice(0, at), byte, 13, 10, ...bytesOf(`--${BOUNDARY}`), ...body.slice(at)]);
    if (how === 'double') return Uint8Array.from([...body, ...body]);
    return copy;
  });
const anything = fc.oneof({ weight: 5, arbitrary: broken }, fc.uint8Array({ maxLength: 300 }));
const types = fc.oneof(
  { weight: 6, arbitrary: fc.constant(multipartType) },
  fc.constantFrom(
    'multipart/form-data',
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary="${BOUNDARY}"`,
    `Multipart/Form-Data; charset=utf-8; boundary=${BOUNDARY}`,
    `multipart/form-data; boundary=${'x'.repeat(5_000)}`,
    'multipart/form-data;boundary=a;boundary=b',
    'multipart/form-data; boundary="',
    'multipart/',
  ),
);

it('no body of files, however broken, is answered with a 500, and only whole files are listed', async () => {
  let id = await create();
  await fc.assert(
    fc.asyncProperty(anything, types, async (body, type) => {
      const answer = await postBytes(api, `/${id}/attachments`, body, { 'content-type': type });
      expect([201, 400, 409, 413, 415]).toContain(answer.status);
      if (answer.status !== 201) {
        expect(await answer.json()).toMatchObject({ status: answer.status, requestId: expect.any(String) });
        return;
      }
      const { attachments } = await answer.json<{ attachments: string[] }>();
      expect(attachments.length).toBeGreaterThan(0);
      for (const one of attachments) expect(one).toMatch(/^[^\p{Cc}\p{Cf}/\\]+\.(?:pdf|png|jpe?g)$/iu);
      id = await create();
    }),
    { numRuns: 600 },
  );
});

it('is read by the one boundary that its parts are counted by, however the header is written', async () => {
  const id = await create();
  const body = multipart([{ bytes: PDF }]);
  for (const type of [
    `multipart/form-data; x="; boundary=other"; boundary=${BOUNDARY}`,
    `multipart/form-data; boundary=other; boundary=${BOUNDARY}`,
    `multipart/form-data; boundary="${BOUNDARY.replace('-', '\\\\-')}"`,
    `multipart/form-data; boundary="${BOUNDARY}`,
  ])
    expect([type, (await postBytes(api, `/${id}/attachments`, body, { 'content-type': type })).status]).toEqual([
      type,
      400,
    ]);
  for (const type of [
    `multipart/form-data; boundary="${BOUNDARY}"; charset=utf-8`,
    `multipart/form-data;boundary=${BOUNDARY};`,
  ])
    expect([type, (await postBytes(api, `/${id}/attachments`, body, { 'content-type': type })).status]).toEqual([
      type,
      201,
    ]);
});

it('a body of very many parts is refused without being taken apart', async () => {
  const id = await create();
  const many = multipart(Array.from({ length: 20_000 }, () => ({ bytes: PDF })));
  // Whoever took it apart would stumble over its end, which is missing.
  const answer = await postBytes(api, `/${id}/attachments`, many.slice(0, -5));
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ path: 'file', message: 'At most 3 files.' }] });
});
