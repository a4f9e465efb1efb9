import type { Fired, Shot } from './load.ts';
import type { LoadGenerator } from './processes.ts';
import type { Worker } from './workerd.ts';

/** One measurement; latencies ms, CPU µs of the server a request. */
export type Measurement = { perSecond: number; p50: number; p99: number; cpuMicros: number };

/** Fires the shots at a worker and measures; throws when an answer is not the expected one, as its price would mean nothing. */
export async function measure(
  load: LoadGenerator,
  worker: Worker,
  shots: Shot[],
  connections: number,
  status: number,
): Promise<Measurement> {
  const before = worker.cpuSeconds();
  const fired: Fired = await load.fire({ origin: worker.origin, shots, connections, keepBodies: false });
  const cpu = worker.cpuSeconds() - before;
  const right = fired.statuses[status] ?? 0;
  if (right !== shots.length) {
    throw new Error(
      `${worker.name}: ${shots.length} answers of ${status} expected, got ${JSON.stringify(fired.statuses)}`,
    );
  }
  return {
    perSecond: shots.length / fired.seconds,
    p50: fired.p50,
    p99: fired.p99,
    cpuMicros: (cpu / shots.length) * 1e6,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
