import type * as z from 'zod';
import type { ErrorCode } from '../errors.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Headers of answers that are described once (headers.ts). */
export type AnswerHeader =
  | 'Location'
  | 'Retry-After'
  | 'Idempotency-Replayed'
  | 'Preference-Applied'
  | 'Allow'
  | 'WWW-Authenticate'
  | 'Link';

/** One answer: what it says, and its body if it has one. */
export type Answer = {
  says: string;
  /** Bodies by media type: a schema, or null for text. */
  content?: { [mediaType: string]: z.core.$ZodType | null };
  headers?: AnswerHeader[];
};

/** What a caller sends: bodies by media type; null for text. */
export type Body = { content: { [mediaType: string]: z.core.$ZodType | null }; optional?: boolean };

/** One method of one route, as a caller sees it. */
export type Operation = {
  method: Method;
  /** As src/app.ts writes it: `/:paylinkId/send`. */
  path: string;
  id: string;
  tag: string;
  summary: string;
  description?: string;
  /** Who may ask: a merchant's caller, the operator, a provider that signs, or anybody. */
  who: 'merchant' | 'operator' | 'provider' | 'anyone';
  query?: z.core.$ZodType;
  body?: Body;
  /** Whether it takes an `Idempotency-Key`; `wait` also `Prefer: wait`. */
  keyed?: 'key' | 'wait';
  answers: { [status: number]: Answer };
  /** The problems of its own; those that every route of its kind has are added (problems.ts). */
  problems?: ErrorCode[];
};

const JSON_TYPE = 'application/json';

/** A JSON answer. */
export const json = (says: string, schema: z.core.$ZodType, headers: AnswerHeader[] = []): Answer => ({
  says,
  content: { [JSON_TYPE]: schema },
  headers,
});
/** An HTML page. */
export const html = (says: string): Answer => ({ says, content: { 'text/html': null } });
/** An answer without a body. */
export const empty = (says: string, headers: AnswerHeader[] = []): Answer => ({ says, headers });
/** A JSON body. */
export const jsonBody = (schema: z.core.$ZodType): Body => ({ content: { [JSON_TYPE]: schema } });
