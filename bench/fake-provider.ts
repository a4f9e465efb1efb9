import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import * as z from 'zod';

/** A fake MailChannels in a process of its own. It accepts every message at once, with answers of the real form and size. */
export type FakeProvider = { url: string; lastMessage: () => Promise<string>; stop: () => void };

/** @param signingKey what it gives to whoever verifies its callbacks */
export async function startFakeProvider(signingKey: string): Promise<FakeProvider> {
  const child: ChildProcess = fork(import.meta.filename, [signingKey]);
  const [message]: unknown[] = await once(child, 'message');
  const { port } = z.object({ port: z.number() }).parse(message);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    lastMessage: async () => (await fetch(`${url}/_last`)).text(),
    stop: () => child.disconnect(),
  };
}

function serve(signingKey: string): void {
  let last = '';
  let count = 0;
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(request.url === '/_last' ? last : JSON.stringify({ id: 'bench', key: signingKey }));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      last = Buffer.concat(chunks).toString();
      count += 1;
      const id = count.toString(16).padStart(24, '0');
      const results = [{ index: 0, message_id: `<${id}@bench>`, status: 'sent' }];
      const body = JSON.stringify({ request_id: id, results });
      response.writeHead(202, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    });
  });
  // A worker that stands still while others are measured must not find a 408 on its connections afterwards.
  server.keepAliveTimeout = 3_600_000;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === import.meta.filename) serve(process.argv[2] ?? '');
