import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

export type Receiver = { url: string; close(): Promise<void> };

/**
 * How a merchant's endpoint treats one request: a number is that status, `held` answers 200 once released, `hang` never answers,
 * `reset` breaks the connection, `redirect` names the control page, `huge` answers 200 with a megabyte, `stall` with half a body.
 */
const Behaviour = z.union([z.int().min(200).max(599), z.enum(['held', 'hang', 'reset', 'redirect', 'huge', 'stall'])]);
const Rule = z.object({ name: z.string(), behaviours: z.array(Behaviour), after: Behaviour.default(200) });
type Rule = z.infer<typeof Rule>;

/** One request as an endpoint saw it. */
export type Heard = { name: string; headers: Record<string, string>; body: string; behaviour: string };

/**
 * Merchants' endpoints as one real HTTP server on a free port of this machine: `POST /hook/{name}` is an endpoint. `POST /_control` (a
 * `Rule`) makes one misbehave: its behaviours one a request, then `after`. `GET /_heard?name=&count=` tells what it got, once that is `count`
 * requests; `POST /_release?name=` answers what is held.
 */
export async function startReceiver(): Promise<Receiver> {
  const rules = new Map<string, Rule>();
  const heard: Heard[] = [];
  const held: { name: string; outgoing: ServerResponse }[] = [];
  let waiting: (() => boolean)[] = [];

  const hook = async (name: string, incoming: IncomingMessage, outgoing: ServerResponse) => {
    const rule = rules.get(name);
    const behaviour = rule?.behaviours.shift() ?? rule?.after ?? 200;
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([key, value]) => [key, String(value)]));
    heard.push({ name, headers, body: await textOf(incoming), behaviour: String(behaviour) });
    if (behaviour === 'held') held.push({ name, outgoing });
    else behave(behaviour, outgoing);
    waiting = waiting.filter((settled) => !settled());
  };

  const control = async (url: URL, incoming: IncomingMessage, outgoing: ServerResponse) => {
    const name = url.searchParams.get('name') ?? '';
    if (url.pathname === '/_control') {
      const rule = Rule.parse(JSON.parse(await textOf(incoming)));
      rules.set(rule.name, rule);
      return json(outgoing, {});
    }
    if (url.pathname === '/_release') {
      for (const one of held) if (one.name === name) json(one.outgoing, {});
      return json(outgoing, {});
    }
    const count = Number(url.searchParams.get('count') ?? 0);
    const settled = () => {
      const requests = heard.filter((one) => one.name === name);
      if (requests.length < count) return false;
      json(outgoing, requests);
      return true;
    };
    if (!settled()) waiting.push(settled);
  };

  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://receiver');
    const name = /^\/hook\/([\w-]+)$/.exec(url.pathname)?.[1];
    const answered = name ? hook(name, incoming, outgoing) : control(url, incoming, outgoing);
    answered.catch((error: unknown) => outgoing.writeHead(500).end(String(error)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function behave(behaviour: Exclude<z.infer<typeof Behaviour>, 'held'>, outgoing: ServerResponse): void {
  switch (behaviour) {
    case 'hang':
      return;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'redirect':
      outgoing.writeHead(307, { location: '/hook/elsewhere' }).end();
      return;
    case 'huge':
      outgoing.writeHead(200).end('x'.repeat(1_000_000));
      return;
    case 'stall':
      outgoing.writeHead(200, { 'content-length': 1_000 }).write('half');
      return;
    default:
      outgoing.writeHead(behaviour).end(`status ${behaviour}`);
  }
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

function json(outgoing: ServerResponse, body: unknown): void {
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
