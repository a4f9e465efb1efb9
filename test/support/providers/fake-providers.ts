import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { FakeApi, FakeRequest, Reply } from './fake-api.ts';
import { type Behaviour, Behaviours, Rule } from './fake-behaviour.ts';
import { mailchannels, resend } from './fake-email-apis.ts';
import { begunAtHeader, type FakeCall, firstLink, Ledger } from './fake-ledger.ts';
import { telnyx, twilio } from './fake-sms-apis.ts';
import { twilioList } from './fake-twilio-list.ts';

export type FakeProviders = { url: string; close(): Promise<void> };

/** Hears of each message as it is taken, before the gateway is answered. */
export type Taken = (call: Readonly<FakeCall>) => void;

const apis = [mailchannels, resend, twilio, telnyx];

/**
 * MailChannels, Resend, Twilio and Telnyx as one real HTTP server on a free port of this machine. Requests are checked strictly.
 * `POST /_control` (a `Rule`) makes it misbehave, `GET /_calls?provider=&to=` tells what it got, `POST /_reset` forgets everything.
 */
export async function startFakeProviders(port = 0, taken: Taken = () => {}): Promise<FakeProviders> {
  const desk = new Desk(taken);
  const server: Server = createServer((incoming, outgoing) => {
    desk
      .serve(incoming, outgoing)
      .catch((error: unknown) => reply(outgoing, { status: 599, body: { bug: String(error) } }));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${isPort(address) ? address.port : port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const isPort = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

class Desk {
  readonly #behaviours = new Behaviours();
  readonly #ledger = new Ledger();
  /** Resend's keys: the body first seen, the id, and whether that request is still being worked on. */
  readonly #keys = new Map<string, { body: string; messageId: string; busy: boolean }>();
  readonly #taken: Taken;

  constructor(taken: Taken) {
    this.#taken = taken;
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await requestOf(incoming);
    const { method, url } = request;
    const route = `${method} ${url.pathname}`;
    if (route === 'POST /_control') return this.#control(request, outgoing);
    if (route === 'POST /_reset') return this.#reset(outgoing);
    if (route === 'GET /_calls') {
      return reply(outgoing, {
        status: 200,
        body: this.#ledger.report(url.searchParams.get('provider'), url.searchParams.get('to')),
      });
    }
    if (route === `GET ${twilio.path}`) return reply(outgoing, twilioList(request, this.#ledger));
    const api = apis.find(({ path }) => route === `POST ${path}`);
    if (!api) return reply(outgoing, { status: 404, body: { message: `nothing at ${route}` } });
    return this.#ask(api, request, outgoing);
  }

  #control(request: FakeRequest, outgoing: ServerResponse): void {
    const rule = Rule.safeParse(JSON.parse(request.body));
    if (rule.success) this.#behaviours.add(rule.data);
    reply(outgoing, rule.success ? { status: 200, body: {} } : { status: 400, body: z.treeifyError(rule.error) });
  }

  #reset(outgoing: ServerResponse): void {
    this.#behaviours.reset();
    this.#ledger.reset();
    this.#keys.clear();
    reply(outgoing, { status: 200, body: {} });
  }

  async #ask(api: FakeApi, request: FakeRequest, outgoing: ServerResponse): Promise<void> {
    const call = this.#note(api, request);
    if (call.problem !== null) {
      return reply(outgoing, api.fault(call.problem === 'unauthorized' ? 'unauthorized' : 'malformed', call.problem));
    }
    const behaviour = this.#behaviours.next(api.name, call.to, call.attemptId);
    call.behaviour = typeof behaviour === 'string' ? behaviour : behaviour.kind;
    await this.#behave(api, request, call, behaviour, outgoing);
  }

  #note(api: FakeApi, request: FakeRequest): FakeCall {
    const call: FakeCall = {
      provider: api.name,
      attemptId: '',
      to: '',
      from: '',
      subject: null,
      text: '',
      html: null,
      link: null,
      idempotencyKey: null,
      traceparent: request.headers.traceparent ?? null,
      behaviour: 'refused as malformed',
      delivered: false,
      messageId: null,
      problem: null,
      callbackUrl: null,
      at: Date.now(),
      begunAt: Number(request.headers[begunAtHeader]) || null,
    };
    this.#ledger.calls.push(call);
    if (!api.authorized(request)) {
      call.problem = 'unauthorized';
      return call;
    }
    try {
      const asked = api.read(request);
      Object.assign(call, asked, { link: firstLink(asked.text) });
    } catch (error) {
      call.problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    }
    return call;
  }

  async #behave(
    api: FakeApi,
    request: FakeRequest,
    call: FakeCall,
    behaviour: Behaviour,
    outgoing: ServerResponse,
  ): Promise<void> {
    const fault = (kind: Parameters<FakeApi['fault']>[0]) => reply(outgoing, api.fault(kind, `${kind}: ${call.to}`));
    if (typeof behaviour === 'object' && behaviour.kind === 'edge') {
      if (behaviour.taken) this.#take(api, request, call, false);
      return reply(outgoing, { status: behaviour.status, body: `<html>error code: ${behaviour.status}</html>` });
    }
    if (typeof behaviour === 'object') {
      if (behaviour.kind === 'slow') await pause(behaviour.ms);
      const answer = this.#take(api, request, call, behaviour.kind === 'late');
      if (behaviour.kind === 'late') await pause(behaviour.ms);
      this.#finish(call);
      return reply(outgoing, answer);
    }
    switch (behaviour) {
      case 'hang-before':
        return;
      case 'reset-before':
        return reset(outgoing);
      case '500-before':
        return fault('broken');
      case '502-before':
        return reply(outgoing, { status: 502, body: '<html>Bad gateway</html>' });
      case '400':
        return fault('malformed');
      case '401':
        return fault('unauthorized');
      case '403':
        return fault('forbidden');
      case '409':
        return fault('conflict');
      case '429':
        return fault('busy');
      case 'recipient-invalid':
        return fault('recipient-invalid');
      case 'opted-out':
        return fault('opted-out');
      case 'redirect':
        outgoing.setHeader('location', request.url.pathname);
        return reply(outgoing, { status: 307, body: {} });
      case 'accepted-but-failed':
        if (!api.takenButFailed) return fault('malformed');
        return reply(outgoing, api.takenButFailed(api.messageId(call.attemptId, 0), call));
    }
    const answer = this.#take(api, request, call, false);
    switch (behaviour) {
      case 'ok':
        return reply(outgoing, answer);
      case 'hang':
        return;
      case 'reset-after':
        return reset(outgoing);
      case 'close-after':
        outgoing.socket?.end();
        return;
      case '500-after':
        return fault('broken');
      case 'garbage':
        return reply(outgoing, { status: answer.status, body: 'OK <not json>' });
      case 'huge':
        return reply(outgoing, { status: answer.status, body: { padding: 'x'.repeat(300_000), answer: answer.body } });
      case 'stall':
        outgoing.writeHead(answer.status, { 'content-type': 'application/json', 'content-length': 1000 });
        outgoing.write('{"id":');
    }
  }

  /** Takes the message, once for each key where the provider has keys. */
  #take(api: FakeApi, request: FakeRequest, call: FakeCall, busy: boolean): Reply {
    const known = call.idempotencyKey === null ? undefined : this.#keys.get(call.idempotencyKey);
    if (known) {
      if (known.body !== request.body) return conflict('invalid_idempotent_request');
      if (known.busy) return conflict('concurrent_idempotent_requests');
      call.messageId = known.messageId;
      return api.taken(known.messageId, call);
    }
    const nth = this.#ledger.calls.filter(
      ({ attemptId, delivered }) => delivered && attemptId === call.attemptId,
    ).length;
    const messageId = api.messageId(call.attemptId, nth);
    if (call.idempotencyKey !== null) this.#keys.set(call.idempotencyKey, { body: request.body, messageId, busy });
    Object.assign(call, { delivered: true, messageId });
    this.#taken(call);
    return api.taken(messageId, call);
  }

  #finish(call: FakeCall): void {
    const key = call.idempotencyKey === null ? undefined : this.#keys.get(call.idempotencyKey);
    if (key && call.delivered) key.busy = false;
  }
}

const conflict = (name: string): Reply => ({ status: 409, body: { statusCode: 409, name, message: name } });

function reset(outgoing: ServerResponse): void {
  outgoing.socket?.resetAndDestroy();
}

function reply(outgoing: ServerResponse, { status, body }: Reply): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, { 'content-type': 'application/json' });
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function requestOf(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', 'http://fake'),
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
