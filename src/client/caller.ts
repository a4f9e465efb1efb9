import { PaylinksError } from './errors.ts';
import { type Ended, type RetryRules, waitBeforeRetry } from './retry.ts';
import { type Signer, signedHeaders } from './sign.ts';
import type { Problem } from './types.ts';

export type ClientOptions = {
  /** Where the gateway is, such as `https://paylinks.example.com`. */
  baseUrl: string;
  /** An API key, or a secret to sign with. */
  auth: { apiKey: string } | Signer;
  /** Default: 4 tries, and no wait longer than 20 s. */
  retry?: Partial<RetryRules> | undefined;
  /** How long one try may take, ms; 30,000 by default. A send takes up to 20 s. */
  timeoutMs?: number | undefined;
  /** Default: the runtime's own. */
  fetch?: typeof fetch | undefined;
  /** Waits so many ms; for tests. */
  sleep?: ((ms: number) => Promise<void>) | undefined;
};

/** What one call may have beside its arguments. */
export type CallOptions = {
  /** Default: a new one for each call, the same for its repeats. null: none, and then it is never repeated. */
  idempotencyKey?: string | null | undefined;
  /** Seconds to wait for a running request with the same key; at most 20. */
  wait?: number | undefined;
  signal?: AbortSignal | undefined;
};

type Query = { [name: string]: string | number | undefined };
export type Call = CallOptions & {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: object;
  /** Sent as it is. */
  form?: FormData;
  /** Whether the route takes an `Idempotency-Key`. */
  keyed?: boolean;
  accept?: string;
};

const RULES: RetryRules = { maxTries: 4, maxWaitMs: 20_000 };
const TIMEOUT_MS = 30_000;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

type Sent = { url: URL; body: Uint8Array; headers: Record<string, string>; key: string | null };

async function prepare(baseUrl: string, call: Call): Promise<Sent> {
  const url = new URL(call.path, `${baseUrl.replace(/\/+$/, '')}/`);
  for (const [name, value] of Object.entries(call.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const key = call.keyed ? (call.idempotencyKey === undefined ? crypto.randomUUID() : call.idempotencyKey) : null;
  const form = call.form ? new Response(call.form) : null;
  const type = form ? form.headers.get('content-type') : call.body ? 'application/json' : null;
  const body = form
    ? new Uint8Array(await form.arrayBuffer())
    : new TextEncoder().encode(call.body ? JSON.stringify(call.body) : '');
  const headers = {
    accept: call.accept ?? 'application/json',
    ...(type === null ? {} : { 'content-type': type }),
    ...(key === null ? {} : { 'idempotency-key': key }),
    ...(call.wait === undefined ? {} : { prefer: `wait=${call.wait}` }),
  };
  return { url, body, headers, key };
}

async function problemOf(answer: Response): Promise<Problem | null> {
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
  return isProblem ? answer.json<Problem>() : null;
}

const secondsOf = (answer: Response): number | null => {
  const text = answer.headers.get('retry-after');
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
};

type Try = { kind: 'answered'; answer: Response } | { kind: 'failed'; ended: Ended; error: PaylinksError };

/** Asks the gateway until it answers well, or there is no use in asking again. @returns an answer of the 2xx kind */
export function caller(options: ClientOptions): (call: Call) => Promise<Response> {
  const { baseUrl, auth, timeoutMs = TIMEOUT_MS, sleep = pause } = options;
  const rules = { ...RULES, ...options.retry };
  const send = options.fetch ?? fetch;

  const proof = (method: string, { url, body, key }: Sent): Promise<Record<string, string>> | Record<string, string> =>
    'apiKey' in auth
      ? { authorization: `Bearer ${auth.apiKey}` }
      : signedHeaders(
          auth,
          { method, url, body, idempotencyKey: key },
          Math.floor(Date.now() / 1000),
          crypto.randomUUID(),
        );

  async function once({ method, signal }: Call, sent: Sent): Promise<Try> {
    // Signed anew each time: a nonce is used once.
    const headers = { ...sent.headers, ...(await proof(method, sent)) };
    const limit = AbortSignal.timeout(timeoutMs);
    const init = {
      method,
      headers,
      redirect: 'manual' as const,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(sent.body.length === 0 ? {} : { body: sent.body }),
    };
    let answer: Response;
    try {
      answer = await send(sent.url, init);
    } catch (cause) {
      signal?.throwIfAborted();
      const ended = { status: null, code: null, retryAfterSeconds: null };
      const told = { status: null, problem: null, retryAfterSeconds: null };
      return { kind: 'failed', ended, error: new PaylinksError('The gateway did not answer.', told, { cause }) };
    }
    if (answer.ok) return { kind: 'answered', answer };
    const [problem, retryAfterSeconds, { status }] = [await problemOf(answer), secondsOf(answer), answer];
    const message = problem ? `${problem.title}: ${problem.detail}` : `The gateway answered ${status}.`;
    const ended = { status, code: problem?.code ?? null, retryAfterSeconds };
    return { kind: 'failed', ended, error: new PaylinksError(message, { status, problem, retryAfterSeconds }) };
  }

  return async (call) => {
    const sent = await prepare(baseUrl, call);
    const repeatable = call.method === 'GET' || sent.key !== null;
    for (let tries = 1; ; tries += 1) {
      const done = await once(call, sent);
      if (done.kind === 'answered') return done.answer;
      const wait = waitBeforeRetry(done.ended, { repeatable, tries, rules, random: Math.random() });
      if (wait === null) throw done.error;
      await sleep(wait);
    }
  };
}
