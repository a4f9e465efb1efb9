import type { Context } from 'hono';
import { configOf, Misconfigured } from '../env.ts';
import { type Refusal, refusal } from '../errors.ts';
import { log } from '../lib/log.ts';
import { Timings } from '../lib/timings.ts';
import { isUnavailable } from '../lib/unavailable.ts';
import type { AppEnv, Handle } from './app-env.ts';
import { namesForHeader, readBody } from './body.ts';
import { refuseGraphql } from './graphql/errors.ts';
import { withLargeBody } from './large-bodies.ts';
import { faultPage, wantsPage } from './pages/fault-page.tsx';
import { problem } from './problem.ts';
import { logRequest } from './request-log.ts';

/** The refusal for something thrown. The log gets the details, with the request's id. */
export function failure(thrown: unknown, requestId: string): Refusal {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof Misconfigured) {
    log('error', 'misconfigured', { requestId, variables: error.message });
    return refusal('misconfigured', 'The gateway is misconfigured; its operator finds the reason in the log.');
  }
  if (isUnavailable(error)) {
    log('error', 'unavailable', { requestId, error: error.name, message: error.message });
    return refusal('unavailable', 'The gateway is busy. Try again.', { retryAfterSeconds: 1 });
  }
  log('error', 'internal', { requestId, error: error.name, message: error.message, stack: error.stack });
  return refusal('internal', 'Something went wrong on our side. Repeat the request with the same Idempotency-Key.');
}

/** The longest bodies that are read, bytes. Twilio's forms are small, and dear to verify. */
const MAX_BODY = 64 * 1024;
const MAX_CALLBACK_BODY = 1024 * 1024;
const MAX_FILES_BODY = 6 * 1024 * 1024;

function limitOf(c: Context<AppEnv>): number {
  const { path, method } = c.req;
  if (path.startsWith('/webhooks/') && !path.startsWith('/webhooks/twilio')) return MAX_CALLBACK_BODY;
  return method === 'POST' && /^(?:\/console\/paylinks)?\/[^/]+\/attachments\/?$/.test(path)
    ? MAX_FILES_BODY
    : MAX_BODY;
}

/** The caller's own id if it is well-formed, so that both logs have the same one. */
const requestIdOf = (given: string | undefined): string =>
  given !== undefined && /^[\w=-]{1,255}$/.test(given) ? given : crypto.randomUUID();

/** A refusal made outside a handler, as GraphQL or as a problem. */
const refuse = (c: Context<AppEnv>, refused: Refusal): Response =>
  c.req.path === '/graphql' || c.get('surface') === 'graphql' ? refuseGraphql(c, refused) : problem(c, refused);

const tooManyFiles = refusal('overloaded', 'Too many files are being uploaded. Try again in a moment.', {
  retryAfterSeconds: 5,
});

async function readAndHandle(c: Context<AppEnv>, handle: Handle, limit: number): Promise<Response> {
  const body = await readBody(c.req.raw, limit);
  if (!body) {
    const bytes = limit.toLocaleString('en-US');
    return refuse(c, refusal('payload_too_large', `The body must be at most ${bytes} bytes.`));
  }
  c.set('body', body);
  return handle(c);
}

async function answer(c: Context<AppEnv>, handle: Handle): Promise<Response> {
  try {
    c.set('config', configOf(c.env));
    const limit = limitOf(c);
    if (limit < MAX_FILES_BODY) return await readAndHandle(c, handle, limit);
    const bytes = Math.min(limit, Number(c.req.header('content-length') ?? limit) || 0);
    const answered = await withLargeBody(bytes, c.get('now'), () => readAndHandle(c, handle, limit));
    return answered === 'too_much' ? refuse(c, tooManyFiles) : answered;
  } catch (thrown) {
    const failed = failure(thrown, c.get('requestId'));
    return c.req.path !== '/graphql' && wantsPage(c) ? faultPage(c, failed) : refuse(c, failed);
  }
}

/**
 * Wraps every handler. Before it: request id, configuration and body. After it: common headers and a log line. What it throws is answered
 * too. This is not a middleware, because Hono calls the only handler of a path directly: a flood of 429 took 6 % less CPU.
 * @param route the path as it was registered; null: any other
 */
export const pipeline =
  (handle: Handle, route: string | null): Handle =>
  async (c) => {
    const now = Date.now();
    const requestId = requestIdOf(c.req.header('x-request-id'));
    c.set('now', now);
    c.set('requestId', requestId);
    c.set('timings', new Timings());
    const response = await answer(c, handle);
    const { headers, status } = response;
    headers.set('x-request-id', requestId);
    headers.set('x-content-type-options', 'nosniff');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
    const ignored = c.get('ignored');
    if (ignored) headers.set('paylinks-ignored', namesForHeader(ignored));
    const quotaHeaders = c.get('quotaHeaders');
    if (quotaHeaders) {
      headers.set('server-timing', c.get('timings').header());
      for (const [name, value] of Object.entries(quotaHeaders)) headers.set(name, value);
    }
    logRequest(c, route, status, now);
    return response;
  };
