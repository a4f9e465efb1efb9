/** How much of an answer is read and kept, bytes. */
const answerBytes = 1024;

/** What came of one request to an endpoint: an answer, or none and why not. */
export type PostOutcome =
  | { kind: 'answered'; status: number; answer: string }
  | { kind: 'unanswered'; error: 'timeout' | 'connection_failed' };

/** The beginning of a body, at most 1 KiB; the rest is not read. A body that stalls or breaks off counts as far as it came. */
async function beginningOf(response: Response): Promise<string> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const kept = new Uint8Array(answerBytes);
  let size = 0;
  try {
    while (size < answerBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, answerBytes - size);
      kept.set(part, size);
      size += part.byteLength;
    }
    await reader.cancel();
  } catch {
    // The status has been answered; what its body lacks changes nothing.
  }
  return new TextDecoder().decode(kept.subarray(0, size)).replaceAll('\u0000', '\uFFFD');
}

/** Posts an event. Redirects are not followed: the address they name was not checked. `signal` ends it all, also a stalled answer. */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<PostOutcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal,
      headers: { 'content-type': 'application/json', 'user-agent': 'paylink-gateway/1 (webhooks)', ...headers },
    });
    return { kind: 'answered', status: response.status, answer: await beginningOf(response) };
  } catch {
    return { kind: 'unanswered', error: signal.aborted ? 'timeout' : 'connection_failed' };
  }
}
