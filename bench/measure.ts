import { setTimeout as wait } from 'node:timers/promises';
import type { Shot } from './load.ts';
import type { LoadGenerator } from './processes.ts';
import type { Worker } from './workerd.ts';

/** One measurement; latencies ms, CPU µs of the server a request; `generator` is how busy the load's process was, 1 being one core. */
export type Measurement = { perSecond: number; p50: number; p99: number; cpuMicros: number; generator: number };

/** `afterwards`: work goes on after the answers, and counts: time and CPU until the worker is at rest. */
export type How = { connections: number; status: number; afterwards: boolean };

const restMs = 200;

/** Waits until a worker does nothing any more. @returns how long it had been at rest by then, s */
async function rested(worker: Worker): Promise<number> {
  let seen = worker.cpuSeconds();
  let since = performance.now();
  while (performance.now() - since < restMs) {
    await wait(10);
    const now = worker.cpuSeconds();
    if (now > seen) since = performance.now();
    seen = now;
  }
  return (performance.now() - since) / 1000;
}

/** Fires shots at a worker. @throws when an answer is not the expected one, as its price would mean nothing */
export async function fire(load: LoadGenerator, worker: Worker, shots: Shot[], { connections, status }: How) {
  const fired = await load.fire({ origin: worker.origin, shots, connections, keepBodies: false });
  if ((fired.statuses[status] ?? 0) !== shots.length) {
    throw new Error(
      `${worker.name}: ${shots.length} answers of ${status} expected, got ${JSON.stringify(fired.statuses)}`,
    );
  }
  return fired;
}

/** Fires the shots at a worker and measures. */
export async function measure(load: LoadGenerator, worker: Worker, shots: Shot[], how: How): Promise<Measurement> {
  if (how.afterwards) await rested(worker);
  const before = worker.cpuSeconds();
  const fired = await fire(load, worker, shots, how);
  const answered = performance.now();
  const rest = how.afterwards ? await rested(worker) : null;
  const more = rest === null ? 0 : Math.max(0, (performance.now() - answered) / 1000 - rest);
  const cpu = worker.cpuSeconds() - before;
  return {
    perSecond: shots.length / (fired.seconds + more),
    p50: fired.p50,
    p99: fired.p99,
    cpuMicros: (cpu / shots.length) * 1e6,
    generator: fired.generator,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
