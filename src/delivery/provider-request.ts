import type { SendOptions } from './port.ts';

/** A request to a provider; `body` is already in its wire form. */
export type ProviderRequest = { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string };

/** What came back. `text` is null when the body broke off or was too long: the status is certain all the same. */
export type Answer = { kind: 'answered'; status: number; text: string | null } | { kind: 'lost'; reason: string };

/** Longer answers than any provider's; the rest is not read. */
const longestAnswer = 64 * 1024;

/**
 * One HTTP exchange, asked once: no retry, no redirect followed (a redirected POST could be taken twice). The deadline covers the
 * body too. Never throws.
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
  const told = response.headers.get('content-length');
  // The length of a compressed answer says little about its text; a plain one can be read in one go.
  if (told !== null && !response.headers.has('content-encoding') && Number(told) <= longestAnswer)
    return response.text();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > longestAnswer) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
