import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { FakeProvider } from './fake-behaviour.ts';

export type FakeRequest = { method: string; url: URL; headers: Record<string, string | undefined>; body: string };
export type Reply = { status: number; body: unknown };

/** What a well-formed request asks to be delivered. */
export type Asked = {
  attemptId: string;
  to: string;
  from: string;
  subject: string | null;
  text: string;
  html: string | null;
  idempotencyKey: string | null;
  callbackUrl?: string | null;
};

/** Refusals that every provider words its own way. */
export type Fault =
  | 'malformed'
  | 'unauthorized'
  | 'forbidden'
  | 'conflict'
  | 'busy'
  | 'broken'
  | 'recipient-invalid'
  | 'opted-out';

/** One provider's API: what it insists on, and how it answers. */
export type FakeApi = {
  name: FakeProvider;
  path: string;
  authorized(request: FakeRequest): boolean;
  /** @throws ZodError naming what is wrong */
  read(request: FakeRequest): Asked;
  messageId(attemptId: string, nth: number): string;
  taken(messageId: string, asked: Asked): Reply;
  takenButFailed: ((messageId: string, asked: Asked) => Reply) | null;
  fault(fault: Fault, detail: string): Reply;
};

export const hex = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length);
export const uuidOf = (text: string) => hex(text, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
export const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/);
export const oneLine = z.string().regex(/^[^\p{Cc}]+$/u);
export const https = z.url({ protocol: /^https?$/ });
export const attemptOf = (callback: string) => new URL(callback).searchParams.get('attempt') ?? callback;

export const json = <T>(request: FakeRequest, schema: z.ZodType<T>): T => {
  z.string()
    .regex(/^application\/json/)
    .parse(request.headers['content-type']);
  return schema.parse(JSON.parse(request.body));
};

/** The HTTP status of a fault; providers differ only in how they say "bad request". */
export function faultStatus(fault: Fault, badRequest: number): number {
  switch (fault) {
    case 'unauthorized':
      return 401;
    case 'forbidden':
      return 403;
    case 'conflict':
      return 409;
    case 'busy':
      return 429;
    case 'broken':
      return 500;
    default:
      return badRequest;
  }
}
