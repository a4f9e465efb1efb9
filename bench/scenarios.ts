import * as z from 'zod';
import { coordinatorsOf } from '../src/paylink-id.ts';
import { type AcceptedMessage, callbackRequest } from './callbacks.ts';
import { merchantId } from './credentials.ts';
import { type LoadRequest, runLoad } from './load.ts';
import {
  blockedRequest,
  createRequest,
  graphqlRequest,
  groupingRequest,
  type Merchant,
  readRequest,
  sendRequest,
  signed,
  unknownRequest,
} from './requests.ts';
import { seededId, seedPaylinks } from './seed.ts';
import type { Worker } from './workerd.ts';

export type Context = { side: 'gateway' | 'floor'; worker: Worker; count: number; pool: number };

export type Scenario = {
  name: string;
  /** Scenarios of one group share their rounds, as they are compared with one another. */
  group: string;
  /** How many requests, as a multiple of `--count`. */
  times: number;
  status: number;
  untilIdle: boolean;
  /** The least part of its floor's throughput; null: no aim, or one against another row (report.ts). */
  target: number | null;
  prepare: (context: Context) => Promise<LoadRequest[]>;
};

const made = (count: number, make: () => LoadRequest) => Array.from({ length: count }, () => make());

const Created = z.object({ paylinkId: z.string() });

/** Creates Paylinks as a caller does, so that their coordinators know them. */
export async function freshPaylinks({ origin }: Worker, count: number, merchant?: Merchant): Promise<string[]> {
  const { bodies } = await runLoad(
    origin,
    made(count, () => createRequest(merchant)),
    true,
  );
  return bodies.map((body) => Created.parse(JSON.parse(body)).paylinkId);
}

const Attempts = z.array(z.object({ id: z.string(), messageId: z.string() }));

/** Sends Paylinks. @returns the messages that the provider accepted */
async function acceptedMessages({ worker, count }: Context): Promise<AcceptedMessage[]> {
  const ids = await freshPaylinks(worker, count);
  await runLoad(
    worker.origin,
    ids.map((id) => sendRequest(id)),
  );
  const sql =
    'SELECT id, message_id AS messageId FROM paylink_logs WHERE paylink_id IN (SELECT value FROM json_each(?1))';
  const db = await worker.database();
  const { results } = await db.prepare(sql).bind(JSON.stringify(ids)).all();
  return Attempts.parse(results);
}

const repeated = <T>(items: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, n) => items[n % items.length]).filter((item) => item !== undefined);

/** One request for each of as many new Paylinks. */
const ofEach = (request: (id: string, context: Context) => LoadRequest) => async (context: Context) =>
  (await freshPaylinks(context.worker, context.count)).map((id) => request(id, context));

const scenario = (name: string, prepare: Scenario['prepare'], rest: Partial<Scenario> = {}): Scenario => {
  const usual = { group: name, times: 1, status: 200, untilIdle: false, target: null };
  return { name, prepare, ...usual, ...rest };
};

export const restSend = 'send (REST)';
export const graphqlSend = 'send (GraphQL)';

/** The floor has no GraphQL: its send is the same work. It reads the recipient status at the edge, or in groups as the gateway does. */
export const scenarios: Scenario[] = [
  scenario('create', async ({ count }) => made(count, createRequest), {
    times: 2,
    status: 201,
    target: 0.85,
  }),
  scenario('read', async ({ worker, count }) => repeated((await freshPaylinks(worker, 100)).map(readRequest), count), {
    times: 2,
    target: 0.95,
  }),
  scenario(
    restSend,
    ofEach((id) => sendRequest(id)),
    { group: 'send', target: 0.95 },
  ),
  scenario(
    graphqlSend,
    ofEach((id, { side }) => (side === 'floor' ? sendRequest(id) : graphqlRequest(id))),
    { group: 'send' },
  ),
  scenario(
    'send (floor in groups)',
    ofEach((id, { side }) => (side === 'floor' ? groupingRequest(id) : sendRequest(id))),
  ),
  scenario(
    'send (REST, signed)',
    ofEach((id, { worker }) => signed(sendRequest(id), worker.origin)),
  ),
  scenario('send (not in memory)', async ({ worker, count, pool }) => {
    const coordinators = coordinatorsOf(merchantId, pool);
    const first = await seedPaylinks(worker, { count, coordinators });
    return Array.from({ length: count }, (_, n) => sendRequest(seededId(first + n, coordinators)));
  }),
  scenario(
    'replay of a key',
    async ({ worker, count }) => {
      const requests = (await freshPaylinks(worker, 50)).map((id) => sendRequest(id));
      await runLoad(worker.origin, requests);
      return repeated(requests, count);
    },
    { times: 2, target: 0.85 },
  ),
  scenario('provider callback', async (context) => (await acceptedMessages(context)).map(callbackRequest), {
    untilIdle: true,
    target: 0.9,
  }),
  scenario('401', async ({ count }) => made(count, unknownRequest), { times: 4, status: 401, target: 0.85 }),
  scenario(
    '429',
    async ({ worker, count }) => {
      await runLoad(worker.origin, made(5, blockedRequest));
      return made(count, blockedRequest);
    },
    { times: 60, status: 429, target: 0.9 },
  ),
];
