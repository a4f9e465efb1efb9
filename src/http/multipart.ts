import type { Context } from 'hono';
import { type FieldError, refusal } from '../errors.ts';
import type { Upload } from '../paylinks/attachments.ts';
import { MAX_FILES } from '../paylinks/domain/apply-attachments.ts';
import type { AppEnv } from './app-env.ts';
import type { Parsed } from './body.ts';

/** The one field that files are sent in. */
const FIELD = 'file';

const invalid = (error: FieldError): Parsed<never> => ({
  kind: 'refused',
  refusal: refusal('invalid_request', `The body is not valid: ${error.path || 'body'}: ${error.message}`, {
    errors: [error],
  }),
});

/** The boundary that a header names (RFC 2046 §5.1.1); null for none that can be one. */
function boundaryOf(contentType: string): string | null {
  const found = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2] ?? '';
  return /^[\w'()+,./:=?-]{1,70}$/.test(boundary) ? boundary : null;
}

/**
 * How many parts the body has at least: lines that begin with the boundary, less the last. Counted first, so that a body of a hundred
 * thousand empty parts is not taken apart.
 */
function countDelimiters(body: Uint8Array, boundary: string, most: number): number {
  const delimiter = new TextEncoder().encode(`--${boundary}`);
  let count = 0;
  for (let at = body.indexOf(45); at !== -1 && count <= most + 1; at = body.indexOf(45, at + 1)) {
    const isHere = (at === 0 || body[at - 1] === 10) && delimiter.every((byte, index) => body[at + index] === byte);
    if (isHere) count += 1;
  }
  return count;
}

const isMultipart = (type: string): boolean => /^multipart\/form-data\s*(?:;|$)/i.test(type);

type Parts =
  | { kind: 'parts'; form: FormData }
  | { kind: 'too_many' }
  | { kind: 'malformed' }
  | { kind: 'another_type' };

/** Takes a `multipart/form-data` body (RFC 7578) apart, if it has at most `most` parts. */
export async function readParts(c: Context<AppEnv>, most: number): Promise<Parts> {
  const type = c.req.header('content-type') ?? '';
  if (!isMultipart(type)) return { kind: 'another_type' };
  const boundary = boundaryOf(type);
  if (boundary === null) return { kind: 'malformed' };
  const body = c.get('body');
  if (countDelimiters(body, boundary, most) > most + 1) return { kind: 'too_many' };
  // By the boundary that was counted, however else the runtime might read the header.
  const headers = { 'content-type': `multipart/form-data; boundary="${boundary}"` };
  try {
    return { kind: 'parts', form: await new Response(body, { headers }).formData() };
  } catch {
    return { kind: 'malformed' };
  }
}

/** Reads the files of a `multipart/form-data` body (RFC 7578): 1 to 3 in the field `file`, and nothing else. 415 for another media type, 400 for any other fault. */
export async function readFiles(c: Context<AppEnv>): Promise<Parsed<Upload[]>> {
  const read = await readParts(c, MAX_FILES);
  const tooMany = invalid({ path: FIELD, message: `At most ${MAX_FILES} files.` });
  if (read.kind === 'another_type') {
    const detail = 'Send the files as Content-Type: multipart/form-data.';
    return { kind: 'refused', refusal: refusal('unsupported_media_type', detail) };
  }
  if (read.kind === 'too_many') return tooMany;
  if (read.kind === 'malformed') return invalid({ path: '', message: 'The body is not valid multipart/form-data.' });
  const { form } = read;
  const parts = [...form];
  if (parts.length === 0) return invalid({ path: FIELD, message: 'Send at least one file in this field.' });
  if (parts.length > MAX_FILES) return tooMany;
  const uploads: Upload[] = [];
  for (const [name, value] of parts) {
    const path = parts.length === 1 || name !== FIELD ? name.slice(0, 100) : `${FIELD}.${uploads.length}`;
    if (name !== FIELD) return invalid({ path, message: `Unknown field. Send files in the field ${FIELD}.` });
    if (typeof value === 'string') return invalid({ path, message: 'Must be a file, with a filename.' });
    uploads.push({ path, name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { kind: 'ok', value: uploads };
}
