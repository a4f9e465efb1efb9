import type { SendOptions } from './port.ts';

/** A request to a provider; `body` is already in its wire form. */
export type ProviderRequest = { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string };

/** What came back. `text` is null when the body broke off or was too long: the status is certain all the same. */
export type Answer = { kind: 'answered'; status: number; text: string | null } | { kind: 'lost'; reason: string };

/** Longest answer that is read, bytes: more than any provider sends. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Makes one HTTP request, once: no retry, and no redirect is followed, as a redirected POST could be taken twice. The time-out covers
 * the body too. Never throws.
 */
export async function providerRequest(url: string, request: ProviderRequest, options: SendOptions): Promise<Answer> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  const trace = options.traceparent === undefined ? {} : { traceparent: options.traceparent };
  let response: Response;
  try {
    response = await fetch(url, { ...request, headers: { ...request.headers, ...trace }, redirect: 'manual', signal });
  } catch {
    return { kind: 'lost', reason: signal.aborted ? `no answer within ${options.timeoutMs} ms` : 'connection lost' };
  }
  try {
    return { kind: 'answered', status: response.status, text: await boundedText(response) };
  } catch {
    return { kind: 'answered', status: response.status, text: null };
  }
}

async function boundedText(response: Response): Promise<string | null> {
  if (!response.body) return '';
  const length = response.headers.get('content-length');
  // The length of a compressed answer is not that of its text. A plain one can be read at once.
  if (length !== null && !response.headers.has('content-encoding') && Number(length) <= MAX_ANSWER_BYTES)
    return response.text();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
