import { Agent, request } from 'node:http';

export type Answered = { status: number; text: string; headers: Record<string, string> };

/** A request whose caller may hang up; `answer` is null when it did, or when the connection broke. */
export type Call = { answer: Promise<Answered | null>; hangUp: () => void };

export type Asked = { method: string; headers: Record<string, string>; body?: string };

/**
 * Makes a request on a connection of its own. Hanging up resets the connection: the runtime does not notice one that is merely closed,
 * as `fetch` would do it.
 */
export function call(url: string, { method, headers, body }: Asked): Call {
  const asking = request(url, { method, headers, agent: new Agent({ keepAlive: false }) });
  const answer = new Promise<Answered | null>((resolve) => {
    asking.on('error', () => resolve(null));
    asking.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', () => resolve(null));
      incoming.on('end', () => {
        const names = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, text, headers: Object.fromEntries(names) });
      });
    });
  });
  asking.end(body);
  return { answer, hangUp: () => asking.socket?.resetAndDestroy() };
}
