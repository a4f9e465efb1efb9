import { receiveCallback } from './callback.ts';
import { type AnswerName, type FloorEnv, samplesOf } from './env.ts';
import { identify, verifyCallback } from './identity.ts';
import { inGroups, readRecipientStatus } from './recipient-status.ts';
import { readPaylink } from './statements.ts';

export { FloorCoordinator } from './coordinator.ts';
export { FloorGate } from './gate.ts';

/** An answer of the gateway, with the headers it had. */
function answer(env: FloorEnv, name: AnswerName, status: number, body = samplesOf(env).bodies[name]): Response {
  return new Response(body ?? '', { status, headers: samplesOf(env).headers[name] ?? {} });
}

const admit = (env: FloorEnv, nonce: string | null) => env.GATE.get(env.GATE.idFromName('merchant')).admit(nonce);

const coordinatorOf = (env: FloorEnv, id: string) =>
  env.COORDINATOR.get(env.COORDINATOR.idFromName(`paylinks-${Number.parseInt(id.slice(15, 18), 16)}`));

/** A UUIDv7 whose `rand_a` is the coordinator's number, as the gateway's are. */
function newId(numbers: number[]): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const number = (numbers[Math.floor(Math.random() * numbers.length)] ?? 0).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${number}-8${crypto.randomUUID().slice(20)}`.slice(0, 36);
}

async function create(body: string, env: FloorEnv, nonce: string | null): Promise<Response> {
  await admit(env, nonce);
  const id = newId(JSON.parse(env.COORDINATORS));
  await coordinatorOf(env, id).create(id, body);
  const { bodies, id: sample } = samplesOf(env);
  return answer(env, 'created', 201, bodies.created?.replace(sample, id));
}

async function send(request: Request, env: FloorEnv, id: string, nonce: string | null): Promise<Response> {
  const groups = request.headers.has(inGroups);
  await Promise.all([groups ? null : readRecipientStatus(env.DB, [id]), admit(env, nonce)]);
  const coordinator = coordinatorOf(env, id);
  const claim = await coordinator.claim(id, request.headers.get('idempotency-key') ?? '', groups);
  const sent = claim.answer ?? (await coordinator.report(id, claim.operation, await askProvider(env)));
  return answer(env, 'sent', 200, sent);
}

/** @returns the provider's id of the message */
async function askProvider(env: FloorEnv): Promise<string> {
  const response = await fetch(`${env.PROVIDER}/tx/v1/send`, {
    method: 'POST',
    headers: { 'x-api-key': 'bench', 'content-type': 'application/json' },
    body: samplesOf(env).message,
  });
  return (await response.text()).slice(-60, -20);
}

async function read(env: FloorEnv, id: string, nonce: string | null): Promise<Response> {
  const [row] = await Promise.all([env.DB.prepare(readPaylink).bind(id).first(), admit(env, nonce)]);
  return answer(env, 'read', 200, JSON.stringify(row));
}

/**
 * The floor: what the platform itself costs. It has no framework, validation, rendering or domain, and imports nothing of the gateway.
 * It does only the I/O that a request cannot do without, with the same rows in D1 and the same bytes to the provider and the caller.
 */
export default {
  async fetch(request: Request, env: FloorEnv): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = request.method === 'GET' ? '' : await request.text();
    if (pathname === '/webhooks/mailchannels') {
      await verifyCallback(request, env, body);
      await receiveCallback(body, (id) => coordinatorOf(env, id));
      return Response.json({ received: true });
    }
    const key = await identify(request, env, body);
    if (key === env.UNKNOWN) {
      const address = request.headers.get('cf-connecting-ip') ?? '';
      const { success } = await env.FAILED_AUTHENTICATIONS.limit({ key: address });
      return answer(env, 'unauthenticated', success ? 401 : 429);
    }
    if (key === env.BLOCKED) return answer(env, 'limited', 429);
    const nonce = request.headers.get('nonce');
    if (pathname === '/') return create(body, env, nonce);
    const id = pathname.slice(1, 37);
    return request.method === 'GET' ? read(env, id, nonce) : send(request, env, id, nonce);
  },
};
