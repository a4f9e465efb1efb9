import { exports } from 'cloudflare:workers';
import { utf8 } from '../../src/lib/encoding.ts';
import type { Api } from './api.ts';

/** The first bytes of files of each type, and some more. */
export const PDF = utf8('%PDF-1.7\n% a document\n');
export const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
export const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

/** A file that begins as a PDF does, of so many bytes. */
export function pdfOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(PDF);
  return bytes;
}

export type Part = { field?: string; name?: string | null; bytes: Uint8Array };

export const BOUNDARY = '----a-boundary-0123456789';

/** A `multipart/form-data` body, written out; a part whose `name` is null has no filename. */
export function multipart(parts: readonly Part[]): Uint8Array {
  const pieces = parts.flatMap(({ field = 'file', name = 'invoice.pdf', bytes }) => {
    const filename = name === null ? '' : `; filename="${name.replaceAll('"', '%22')}"`;
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"${filename}\r\nContent-Type: application/octet-stream\r\n\r\n`;
    return [utf8(head), bytes, utf8('\r\n')];
  });
  pieces.push(utf8(`--${BOUNDARY}--\r\n`));
  const body = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.byteLength;
  }
  return body;
}

export const multipartType = `multipart/form-data; boundary=${BOUNDARY}`;

/** Posts a body of bytes as the merchant. */
export const postBytes = (
  api: Pick<Api, 'key'>,
  path: string,
  body: Uint8Array | ReadableStream,
  headers: Record<string, string> = {},
): Promise<Response> =>
  exports.default.fetch(`http://gateway.test${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.key}`, 'content-type': multipartType, ...headers },
    body,
  });

/** Uploads files as the merchant. */
export const upload = (api: Pick<Api, 'key'>, paylinkId: string, ...parts: Part[]): Promise<Response> =>
  postBytes(api, `/${paylinkId}/attachments`, multipart(parts));
