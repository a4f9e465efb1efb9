import { createServer } from 'node:http';

/**
 * MailChannels as a process of its own that takes everything and answers at once, with bodies of the real form and size.
 * `GET /_last` gives the body it got last; its signing key (the first argument) has the address that MailChannels' has. Says where it
 * listens over IPC.
 */
const [signingKey = ''] = process.argv.slice(2);
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

// A worker stands still for minutes while others are measured; what it finds on its connections then must not be a 408.
server.keepAliveTimeout = 3_600_000;
server.headersTimeout = 0;
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
