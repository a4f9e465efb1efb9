import * as z from 'zod';
import type { Shot } from './load.ts';
import type { LoadGenerator } from './processes.ts';
import { seedCold } from './seed.ts';
import { blockedShot, createShot, graphqlShot, readShot, sendShot, signed, unknownShot } from './shots.ts';
import type { Worker } from './workerd.ts';

/** Whom a scenario is measured on; the floor has no GraphQL, its send is the same work. */
export type Side = 'gateway' | 'floor' | 'peer';

export type Scenario = {
  name: string;
  /** How many requests, as a multiple of `--count`. */
  times: number;
  status: number;
  sides: Side[];
  /** Least part of the floor's throughput, issue by issue of what the product promises; null: no promise. */
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

const all: Side[] = ['gateway', 'floor', 'peer'];
const noPeer: Side[] = ['gateway', 'floor'];

export const scenarios: Scenario[] = [
  {
    name: 'create',
    times: 1,
    status: 201,
    sides: all,
    target: 0.85,
    prepare: async ({ count }) => Array.from({ length: count }, createShot),
  },
  {
    name: 'read',
    times: 2,
    status: 200,
    sides: all,
    target: 0.85,
    prepare: async (desk) => {
      const ids = await freshPaylinks(desk, 100);
      return Array.from({ length: desk.count }, (_, n) => readShot(ids[n % ids.length] ?? ''));
    },
  },
  {
    name: 'send (REST)',
    times: 1,
    status: 200,
    sides: all,
    target: 0.9,
    prepare: async (desk) => (await freshPaylinks(desk, desk.count)).map((id) => sendShot(id)),
  },
  {
    name: 'send (GraphQL)',
    times: 1,
    status: 200,
    sides: all,
    target: 0.9,
    prepare: async (desk) =>
      (await freshPaylinks(desk, desk.count)).map((id) => (desk.side === 'floor' ? sendShot(id) : graphqlShot(id))),
  },
  {
    name: 'send (REST, signed)',
    times: 1,
    status: 200,
    sides: noPeer,
    target: null,
    prepare: async (desk) =>
      (await freshPaylinks(desk, desk.count)).map((id) => signed(sendShot(id), desk.worker.origin)),
  },
  {
    name: 'send (unknown to its coordinator)',
    times: 1,
    status: 200,
    sides: noPeer,
    target: null,
    prepare: async (desk) => (await seedCold(desk.worker, desk.count, desk.coordinators)).map((id) => sendShot(id)),
  },
  {
    name: 'replay of a key',
    times: 2,
    status: 200,
    sides: all,
    target: 0.85,
    prepare: async (desk) => {
      const shots = (await freshPaylinks(desk, 50)).map((id) => sendShot(id));
      await desk.load.fire({ origin: desk.worker.origin, shots, connections: 32, keepBodies: false });
      return Array.from({ length: desk.count }, (_, n) => shots[n % shots.length]).filter((shot) => shot !== undefined);
    },
  },
  {
    name: '401',
    times: 10,
    status: 401,
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
    sides: all,
    target: 0.85,
    prepare: async (desk) => {
      const shots = Array.from({ length: 5 }, blockedShot);
      await desk.load.fire({ origin: desk.worker.origin, shots, connections: 1, keepBodies: false });
      return Array.from({ length: desk.count }, blockedShot);
    },
  },
];
