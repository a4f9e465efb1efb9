import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { type RedisServer, startRedis } from './redis-server.ts';
import type { Reply } from './resp.ts';

export const BRIDGE_TOKEN = 'bridge-token';

const Command = z.array(z.union([z.string(), z.number()]).transform(String)).min(1);
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** As Upstash encodes under `Upstash-Encoding: base64`: every string but the plain OK. */
function base64(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map(base64);
  return typeof reply === 'string' && reply !== 'OK' ? Buffer.from(reply).toString('base64') : reply;
}

/** Redis as Upstash runs scripts: Debian's redis-server knows no `allow-key-locking`, so the line goes and the SHA with it. */
function scriptsOf(redis: RedisServer): (command: string[]) => Promise<Reply> {
  const known = new Map<string, string>();
  return (command) => {
    const [name = '', script = '', ...rest] = command;
    switch (name.toLowerCase()) {
      case 'eval': {
        const stripped = script.replace(/^#!lua [^\n]*\n/, '');
        known.set(sha1(script), sha1(stripped));
        return redis.connection.command(['EVAL', stripped, ...rest]);
      }
      case 'evalsha':
        return redis.connection.command(['EVALSHA', known.get(script) ?? script, ...rest]);
      default:
        return redis.connection.command(command);
    }
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/**
 * Upstash's REST protocol (POST a command, or commands to `/pipeline`; Bearer token) in front of real redis-servers.
 * The path says how it behaves: `/redis/{n}` well, `/slow` never answers, `/dead` hangs up, `/page` is not JSON, `/nonsense` is JSON
 * but no limiter's answer, `/broken` fails. `POST /start` starts a redis-server and names its path, `POST /redis/{n}/kill` kills it.
 */
export async function startBridge(): Promise<{ url: string; close: () => Promise<void> }> {
  const servers: { redis: RedisServer; run: (command: string[]) => Promise<Reply> }[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, place = '', number = '', action = ''] = (request.url ?? '/').split('/');
    const server = servers[Number(number)];
    const body = await bodyOf(request);
    if (place === 'start') {
      const redis = await startRedis();
      return send(response, 200, { path: `/redis/${servers.push({ redis, run: scriptsOf(redis) }) - 1}` });
    }
    if (action === 'kill') {
      await server?.redis.kill();
      return send(response, 200, {});
    }
    if (place === 'slow') return;
    if (place === 'dead') return void request.socket.destroy();
    if (place === 'page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    if (place === 'nonsense') return send(response, 200, { result: Buffer.from('PONG').toString('base64') });
    if (place === 'broken') return send(response, 503, { error: 'ERR out of order' });
    if (request.headers.authorization !== `Bearer ${BRIDGE_TOKEN}`) {
      return send(response, 401, { error: 'WRONGPASS invalid or missing auth token' });
    }
    if (!server) return send(response, 404, { error: 'ERR no such database' });
    const encode = request.headers['upstash-encoding'] === 'base64' ? base64 : (reply: Reply) => reply;
    const run = async (command: string[]) => {
      const reply = await server.run(command);
      return reply instanceof Error ? { error: reply.message } : { result: encode(reply) };
    };
    if (action === 'pipeline') return send(response, 200, await Promise.all(z.array(Command).parse(body).map(run)));
    const result = await run(Command.parse(body));
    send(response, 'error' in result ? 400 : 200, result);
  }

  const http = createServer((request, response) => {
    answer(request, response).catch((error) => send(response, 500, { error: `ERR ${error}` }));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      await Promise.all(servers.map(({ redis }) => redis.kill()));
      http.closeAllConnections();
      http.close();
    },
  };
}
