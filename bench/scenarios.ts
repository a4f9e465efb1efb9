import * as z from 'zod';
import { callbackShot, type Taken } from './callbacks.ts';
import type { Shot } from './load.ts';
import type { LoadGenerator } from './processes.ts';
import { seedCold } from './seed.ts';
import {
  blockedShot,
  createShot,
  graphqlShot,
  groupingShot,
  readShot,
  sendShot,
  signed,
  unknownShot,
} from './shots.ts';
import type { Worker } from './workerd.ts';

/** Whom a scenario is measured on; the floor has no GraphQL, its send is the same work. */
export type Side = 'gateway' | 'floor' | 'peer';

export type Scenario = {
  name: string;
  /** Scenarios of one group are measured side by side, as they are compared with one another. */
  group?: string;
  /** How many requests, as a multiple of `--count`. */
  times: number;
  status: number;
  /** Work goes on after the answers, and counts. */
  afterwards: boolean;
  sides: Side[];
  /** Least part of its floor's throughput; null: nothing is promised, or of another row (report.ts). */
  target: number | null;
  prepare: (desk: Desk) => Promise<Shot[]>;
};

export type Desk = { side: Side; worker: Worker; load: LoadGenerator; count: number; coordinators: number };

const Created = z.object({ paylinkId: z.string() });

/** Creates Paylinks as a caller does, outside the measurement: their coordinators know them. */
export async function freshPaylinks({ worker, load }: Pick<Desk, 'worker' | 'load'>, count: number): Promise<string[]> {
  const shots = Array.from({ length: count }, createShot);
  const { bodies } = await load.fire({ origin: worker.origin, shots, connections: 32, keepBodies: true });
  return bodies.map((body) => Created.parse(JSON.parse(body)).paylinkId);
}

const Logs = z.array(z.object({ id: z.string(), messageId: z.string() }));

/** Has Paylinks sent, outside the measurement, and says which messages the provider took. */
async function takenMessages({ worker, load, count }: Desk): Promise<Taken[]> {
  const ids = await freshPaylinks({ worker, load }, count);
  const shots = ids.map((id) => sendShot(id));
  await load.fire({ origin: worker.origin, shots, connections: 32, keepBodies: false });
  const { results } = await (await worker.database())
    .prepare(
      'SELECT id, message_id AS messageId FROM delivery_logs WHERE paylink_id IN (SELECT value FROM json_each(?1))',
    )
    .bind(JSON.stringify(ids))
    .all();
  return Logs.parse(results);
}

const all: Side[] = ['gateway', 'floor', 'peer'];
const noPeer: Side[] = ['gateway', 'floor'];

export const scenarios: Scenario[] = [
  {
    name: 'create',
    times: 2,
    status: 201,
    afterwards: false,
    sides: all,
    target: 0.85,
    prepare: async ({ count }) => Array.from({ length: count }, createShot),
  },
  {
    name: 'read',
    times: 2,
    status: 200,
    afterwards: false,
    sides: all,
    target: 0.85,
    prepare: async (desk) => {
      const ids = await freshPaylinks(desk, 100);
      return Array.from({ length: desk.count }, (_, n) => readShot(ids[n % ids.length] ?? ''));
    },
  },
  {
    name: 'send (REST)',
    group: 'send',
    times: 1,
    status: 200,
    afterwards: false,
    sides: all,
    target: 0.9,
    prepare: async (desk) => (await freshPaylinks(desk, desk.count)).map((id) => sendShot(id)),
  },
  {
    // The floor's read is its own at the edge, as a send's unavoidable I/O was defined; here it is grouped like the gateway's.
    name: 'send (floor groups reads too)',
    times: 1,
    status: 200,
    afterwards: false,
    sides: noPeer,
    target: null,
    prepare: async (desk) =>
      (await freshPaylinks(desk, desk.count)).map((id) => (desk.side === 'floor' ? groupingShot(id) : sendShot(id))),
  },
  {
    name: 'send (GraphQL)',
    group: 'send',
    times: 1,
    status: 200,
    afterwards: false,
    sides: all,
    target: null,
    prepare: async (desk) =>
      (await freshPaylinks(desk, desk.count)).map((id) => (desk.side === 'floor' ? sendShot(id) : graphqlShot(id))),
  },
  {
    name: 'send (REST, signed)',
    times: 1,
    status: 200,
    afterwards: false,
    sides: noPeer,
    target: null,
    prepare: async (desk) =>
      (await freshPaylinks(desk, desk.count)).map((id) => signed(sendShot(id), desk.worker.origin)),
  },
  {
    name: 'send (unknown to its coordinator)',
    times: 1,
    status: 200,
    afterwards: false,
    sides: noPeer,
    target: null,
    prepare: async (desk) => (await seedCold(desk.worker, desk.count, desk.coordinators)).map((id) => sendShot(id)),
  },
  {
    name: 'replay of a key',
    times: 2,
    status: 200,
    afterwards: false,
    sides: all,
    target: 0.85,
    prepare: async (desk) => {
      const shots = (await freshPaylinks(desk, 50)).map((id) => sendShot(id));
      await desk.load.fire({ origin: desk.worker.origin, shots, connections: 32, keepBodies: false });
      return Array.from({ length: desk.count }, (_, n) => shots[n % shots.length]).filter((shot) => shot !== undefined);
    },
  },
  {
    name: 'provider callback',
    times: 1,
    status: 200,
    afterwards: true,
    sides: all,
    target: null,
    prepare: async (desk) => (await takenMessages(desk)).map(callbackShot),
  },
  {
    name: '401',
    times: 12,
    status: 401,
    afterwards: false,
    sides: all,
    target: 0.85,
    prepare: async ({ count }) => {
      const base = Math.floor(Math.random() * 0xff_00_00);
      return Array.from({ length: count }, (_, n) => unknownShot(base + n));
    },
  },
  {
    name: '429',
    times: 20,
    status: 429,
    afterwards: false,
    sides: all,
    target: 0.85,
    prepare: async (desk) => {
      const shots = Array.from({ length: 5 }, blockedShot);
      await desk.load.fire({ origin: desk.worker.origin, shots, connections: 1, keepBodies: false });
      return Array.from({ length: desk.count }, blockedShot);
    },
  },
];
