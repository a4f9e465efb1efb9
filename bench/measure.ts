import { setTimeout as pause } from 'node:timers/promises';
import { type LoadRequest, runLoad } from './load.ts';
import type { Worker } from './workerd.ts';

/** Latencies in ms, CPU in µs of the server for one request. `generatorLoad` is how busy the load's own process was: 1 is one core. */
export type Measurement = { perSecond: number; p50: number; p99: number; cpuMicros: number; generatorLoad: number };

/** The status every answer must have. `untilIdle`: the work that follows the answers counts, in time and in CPU. */
export type Expectation = { status: number; untilIdle: boolean };

const IDLE_MS = 200;

/** Waits until a worker has used no CPU for a while. @returns for how long, s */
async function idle(worker: Worker): Promise<number> {
  let seen = worker.cpuSeconds();
  let since = performance.now();
  while (performance.now() - since < IDLE_MS) {
    await pause(10);
    const now = worker.cpuSeconds();
    if (now > seen) since = performance.now();
    seen = now;
  }
  return (performance.now() - since) / 1000;
}

/** Sends requests to a worker. @throws Error when an answer has another status: its price would mean nothing */
export async function runChecked(worker: Worker, requests: LoadRequest[], { status }: Expectation) {
  const result = await runLoad(worker.origin, requests);
  if (requests.length > 0 && result.statuses[status] !== requests.length) {
    const statuses = JSON.stringify(result.statuses);
    throw new Error(`${worker.name}: ${requests.length} answers of ${status} expected, got ${statuses}`);
  }
  return result;
}

/** Sends requests to a worker and measures them. */
export async function measure(worker: Worker, requests: LoadRequest[], expected: Expectation): Promise<Measurement> {
  if (expected.untilIdle) await idle(worker);
  const before = worker.cpuSeconds();
  const { seconds, p50, p99, generatorLoad } = await runChecked(worker, requests, expected);
  const answered = performance.now();
  let after = 0;
  if (expected.untilIdle) {
    const idleSeconds = await idle(worker);
    after = Math.max(0, (performance.now() - answered) / 1000 - idleSeconds);
  }
  const cpuMicros = ((worker.cpuSeconds() - before) / requests.length) * 1e6;
  return { perSecond: requests.length / (seconds + after), p50, p99, cpuMicros, generatorLoad };
}
