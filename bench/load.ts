import { performance } from 'node:perf_hooks';
import { Client } from 'undici';

/** One request of a load. */
export type LoadRequest = { method: string; path: string; headers: Record<string, string>; body: string | null };

/** Latencies in ms; how many answers had a status; how busy this process was, 1 being one core; bodies only when asked for. */
export type LoadResult = {
  seconds: number;
  p50: number;
  p99: number;
  generatorLoad: number;
  statuses: Record<string, number>;
  bodies: string[];
};

const CONNECTIONS = 32;

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/** Sends every request once over 32 keep-alive connections, one at a time on each. */
export async function runLoad(
  origin: string,
  requests: readonly LoadRequest[],
  keepBodies = false,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const bodies: string[] = [];
  let next = 0;
  const clients = Array.from(
    { length: Math.min(CONNECTIONS, requests.length) },
    () => new Client(origin, { pipelining: 1 }),
  );
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let request = requests[next++]; request; request = requests[next++]) {
        const start = performance.now();
        const { statusCode, body } = await client.request(request);
        const text = await body.text();
        latencies.push(performance.now() - start);
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
        if (keepBodies) bodies.push(text);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(clients.map((client) => client.close()));
  const sorted = latencies.sort((a, b) => a - b);
  const [p50, p99] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
  return { seconds, generatorLoad: (user + system) / 1e6 / seconds, p50, p99, statuses, bodies };
}
