import * as z from 'zod';
import { nextCursor } from '../src/http/rest/paging.ts';
import { coordinatorsOf } from '../src/paylink-id.ts';
import { merchantId } from './credentials.ts';
import type { LoadRequest } from './load.ts';
import { type Measurement, measure, runChecked } from './measure.ts';
import { pageRequest, sendRequest } from './requests.ts';
import { freshPaylinks } from './scenarios.ts';
import { seededAt, seededId, seedPaylinks } from './seed.ts';
import { type Setup, startCounted } from './start-workers.ts';
import type { Workers } from './workers.ts';

export const PAGE_SIZE = 20;

const RowCount = z.object({ read: z.number(), written: z.number() });
export type RowCount = z.infer<typeof RowCount>;

const expected = { status: 200, untilIdle: false };

export type SeededGateway = Awaited<ReturnType<typeof startSeeded>>;

/** A gateway over a table of `count` seeded Paylinks; of every three the first was sent. */
export async function startSeeded(workers: Workers, setup: Setup, name: string, count: number) {
  const coordinators = coordinatorsOf(merchantId, setup.pool);
  const worker = await workers.add(startCounted(setup, name));
  const first = await workers.alone(worker, () => seedPaylinks(worker, { count, coordinators, sent: true }));
  const idOf = (n: number) => seededId(n, coordinators);
  let unsent = first + Math.floor(count / 6) * 3 + 1;
  return {
    worker,
    anyId: () => idOf(first + Math.floor(Math.random() * count)),
    /** A Paylink in the midst of the table that was never sent, each once. */
    unsentId(): string {
      unsent += 3;
      return idOf(unsent);
    },
    /** The page that begins near the newest seeded Paylink, or `depth` pages later. */
    page(depth: number): LoadRequest {
      const n = first + count - 3 - depth * PAGE_SIZE;
      return pageRequest(PAGE_SIZE, nextCursor(true, { at: seededAt(n), id: idOf(n) }) ?? undefined);
    },
    /** Sends of new Paylinks. */
    freshSends: (times: number) =>
      workers.alone(worker, async () => (await freshPaylinks(worker, times)).map((id) => sendRequest(id))),
    /** The rows that requests read and write. */
    rowsOf: (requests: LoadRequest[]): Promise<RowCount> =>
      workers.alone(worker, async () => {
        await fetch(`${worker.origin}/_rows`);
        await runChecked(worker, requests, expected);
        return RowCount.parse(await (await fetch(`${worker.origin}/_rows`)).json());
      }),
    measure: (prepare: () => LoadRequest[] | Promise<LoadRequest[]>): Promise<Measurement> =>
      workers.alone(worker, async () => measure(worker, await prepare(), expected)),
  };
}
