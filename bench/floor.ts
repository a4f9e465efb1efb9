import { DurableObject } from 'cloudflare:workers';
import { wholePaylink } from '../src/store/paylink-row.ts';
import { receiveCallback } from './floor-callback.ts';
import { FloorCoordinator, type FloorEnv } from './floor-coordinator.ts';
import { identify, verifyCallback } from './floor-identity.ts';
import { groupedRead, readRecipientStatus } from './floor-standing.ts';
import type { AnswerName, Samples } from './targets.ts';

export { FloorCoordinator };

/**
 * The floor: what the platform itself costs. No framework, no validation, no rendering, no domain; only the I/O that none of these
 * requests can do without, with the same rows written to D1, the same bytes to the provider and to the caller. Answers and the message
 * are texts that the gateway gave for the same requests.
 */
export class FloorGate extends DurableObject<FloorEnv> {
  readonly #start = Date.now();
  #units = 0;

  constructor(state: DurableObjectState, env: FloorEnv) {
    super(state, env);
    state.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS bursts (start INTEGER PRIMARY KEY, units INTEGER NOT NULL);
       CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;`,
    );
  }

  /** One durable write; one more for a nonce. */
  admit(nonce: string | null): number {
    const { sql } = this.ctx.storage;
    this.#units += 1;
    sql.exec('INSERT OR REPLACE INTO bursts (start, units) VALUES (?, ?)', this.#start, this.#units);
    if (nonce) sql.exec('INSERT INTO nonces (nonce, expires_at) VALUES (?, ?)', nonce, Date.now());
    return this.#units;
  }
}

const whole = `SELECT ${wholePaylink} FROM paylinks p JOIN merchants m ON m.id = p.merchant_id WHERE p.id = ?1`;

let parsed: Samples['headers'] | undefined;
/** An answer of the gateway's, with the headers it had. */
function answer(env: FloorEnv, name: AnswerName, body: string, status: number): Response {
  parsed ??= JSON.parse(env.HEADERS);
  return new Response(body, { status, headers: parsed?.[name] ?? {} });
}

const admit = (env: FloorEnv, nonce: string | null) => env.GATE.get(env.GATE.idFromName('merchant')).admit(nonce);

const coordinator = (env: FloorEnv, id: string) =>
  env.COORDINATOR.get(env.COORDINATOR.idFromName(`paylinks-${Number.parseInt(id.slice(15, 18), 16)}`));

/** A UUIDv7 whose `rand_a` is the coordinator's number, as the gateway's are. */
function newId(pool: number): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const number = Math.floor(Math.random() * pool)
    .toString(16)
    .padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${number}-8${crypto.randomUUID().slice(20)}`.slice(0, 36);
}

async function create(body: string, env: FloorEnv, nonce: string | null): Promise<Response> {
  await admit(env, nonce);
  const id = newId(Number(env.COORDINATORS));
  await coordinator(env, id).create(id, body);
  return answer(env, 'created', env.CREATED.replace(env.SAMPLE_ID, id), 201);
}

async function send(request: Request, env: FloorEnv, id: string, nonce: string | null): Promise<Response> {
  const groups = request.headers.has(groupedRead);
  await Promise.all([groups ? null : readRecipientStatus(env.DB, [id]), admit(env, nonce)]);
  const sent = await coordinator(env, id).send(id, request.headers.get('idempotency-key') ?? '', groups);
  return answer(env, 'sent', sent, 200);
}

async function read(env: FloorEnv, id: string, nonce: string | null): Promise<Response> {
  const [row] = await Promise.all([env.DB.prepare(whole).bind(id).first(), admit(env, nonce)]);
  return answer(env, 'read', JSON.stringify(row), 200);
}

export default {
  async fetch(request: Request, env: FloorEnv, context: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = request.method === 'GET' ? '' : await request.text();
    if (pathname === '/webhooks/mailchannels') {
      await verifyCallback(request, env, body);
      await receiveCallback(env, context, body, (id) => coordinator(env, id));
      return Response.json({ received: true });
    }
    const key = await identify(request, env, body);
    if (key === env.UNKNOWN) {
      const { success } = await env.FAILED_AUTHENTICATIONS.limit({
        key: request.headers.get('cf-connecting-ip') ?? '',
      });
      return answer(env, 'unauthenticated', env.UNAUTHENTICATED, success ? 401 : 429);
    }
    if (key === env.BLOCKED) return answer(env, 'limited', env.LIMITED, 429);
    const nonce = request.headers.get('nonce');
    if (pathname === '/') return create(body, env, nonce);
    const id = pathname.slice(1, 37);
    return request.method === 'GET' ? read(env, id, nonce) : send(request, env, id, nonce);
  },
};
