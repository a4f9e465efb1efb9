/** How much of an answer is read and kept, bytes. */
const ANSWER_BYTES = 1024;

/** The result of one request to an endpoint: an answer, or why there is none. */
export type PostOutcome =
  | { kind: 'answered'; status: number; answer: string }
  | { kind: 'unanswered'; error: 'timeout' | 'connection_failed' };

/** The first KiB of a body; the rest is not read. Of a body that stalls or breaks off, what has arrived. */
async function beginningOf(response: Response): Promise<string> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const kept = new Uint8Array(ANSWER_BYTES);
  let size = 0;
  try {
    while (size < ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, ANSWER_BYTES - size);
      kept.set(part, size);
      size += part.byteLength;
    }
    await reader.cancel();
  } catch {
    // The status is known: a body that breaks off changes nothing.
  }
  return new TextDecoder().decode(kept.subarray(0, size)).replaceAll('\u0000', '\uFFFD');
}

/** Posts an event. Redirects are not followed, as their address was not checked. `signal` also ends an answer that stalls. */
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
