import '../lib/zod-messages.ts';
import type { Context } from 'hono';
import type * as z from 'zod/mini';
import { type FieldError, type Refusal, refusal } from '../errors.ts';
import type { AppEnv } from './app-env.ts';

export type Parsed<T> = { kind: 'ok'; value: T } | { kind: 'refused'; refusal: Refusal };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads a request's body; null if it is longer than `limit` bytes. With a Content-Length it is read at once, otherwise chunk by chunk, and
 * no further than the limit.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array | null> {
  if (!request.body) return new Uint8Array();
  const length = request.headers.get('content-length');
  if (length !== null && Number(length) > limit) return null;
  if (length !== null) {
    const body = new Uint8Array(await request.arrayBuffer());
    return body.byteLength > limit ? null : body;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** Faults that an answer tells, and how long a path it repeats. */
const MAX_FAULTS = 20;
const MAX_PATH = 200;

function pathOf(parts: readonly PropertyKey[]): string {
  const path = parts.join('.');
  return path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
}

/** zod's issues as the API reports them: a dotted path and a message. */
export function fieldErrors(error: z.core.$ZodError): FieldError[] {
  return error.issues
    .slice(0, MAX_FAULTS)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .slice(0, MAX_FAULTS)
            .map((key) => ({ path: pathOf([...issue.path, key]), message: 'Unknown field.' }))
        : [{ path: pathOf(issue.path), message: issue.message }],
    )
    .slice(0, MAX_FAULTS);
}

/** Checks a value against a schema; a refusal names each wrong field. */
export function validate<S extends z.ZodMiniType>(schema: S, value: unknown, where = 'body'): Parsed<z.output<S>> {
  const result = schema.safeParse(value);
  if (result.success) return { kind: 'ok', value: result.data };
  const errors = fieldErrors(result.error);
  const first = errors[0];
  const detail = first
    ? `The ${where} is not valid: ${first.path || where}: ${first.message}`
    : `The ${where} is not valid.`;
  return { kind: 'refused', refusal: refusal('invalid_request', detail, { errors }) };
}

/** The API needs less. With this limit code may walk a body recursively. */
const MAX_DEPTH = 32;

const nestedWithin = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => nestedWithin(inner, levels - 1)));

function invalidBody(detail: string): Parsed<never> {
  return { kind: 'refused', refusal: refusal('invalid_request', detail, { errors: [{ path: '', message: detail }] }) };
}

/** Parses the request's body as JSON of the given shape. 415 for another media type, 400 for any other fault. */
export async function readJson<S extends z.ZodMiniType>(c: Context<AppEnv>, schema: S): Promise<Parsed<z.output<S>>> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    return {
      kind: 'refused',
      refusal: refusal('unsupported_media_type', 'Send the body as Content-Type: application/json.'),
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(c.get('body')));
  } catch {
    return invalidBody('The body is not valid JSON.');
  }
  if (!nestedWithin(value, MAX_DEPTH)) return invalidBody(`The body is nested more than ${MAX_DEPTH} levels deep.`);
  if (!isSkipifyCaller(c)) return validate(schema, value);
  const { known, ignored } = withoutUnknown(schema, value);
  if (ignored.length > 0) c.set('ignored', ignored);
  return validate(schema, known);
}

/** Whether the request is signed as the vendor's SDK does. */
export const isSkipifyCaller = (c: Context<AppEnv>): boolean => c.get('caller')?.manners === 'skipify';

/** How many unknown fields are named, and how long a name and all names may be: a header of more than 16 KB breaks many clients. */
const MAX_NAMED = 50;
const MAX_NAME = 100;
const MAX_NAMES = 4_000;

/** Names as a header holds them: percent-encoded, so they may come in any alphabet. What does not fit is left out. */
export function namesForHeader(names: readonly string[]): string {
  let header = '';
  for (const name of names.slice(0, MAX_NAMED)) {
    const encoded = encodeURIComponent(name.slice(0, MAX_NAME).toWellFormed());
    if (header.length + encoded.length > MAX_NAMES) break;
    header += header === '' ? encoded : `, ${encoded}`;
  }
  return header;
}

/** The value without the fields that a schema does not know, and their names. */
function withoutUnknown(schema: z.ZodMiniType, value: unknown): { known: unknown; ignored: string[] } {
  const result = schema.safeParse(value);
  const unknown = result.success ? [] : result.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
  if (unknown.length === 0) return { known: value, ignored: [] };
  const paths = unknown.flatMap(({ path, keys }) => keys.map((key) => [...path, key].join('.')));
  const gone = new Set(paths);
  const strip = (part: unknown, path: string): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map((one, index) => strip(one, `${path}${index}.`));
    const entries = Object.entries(part).filter(([name]) => !gone.has(`${path}${name}`));
    return Object.fromEntries(entries.map(([name, inner]) => [name, strip(inner, `${path}${name}.`)]));
  };
  return { known: strip(value, ''), ignored: paths };
}
