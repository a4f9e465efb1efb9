import { performance } from 'node:perf_hooks';
import { Client } from 'undici';

/** One request of a load. */
export type Shot = { method: string; path: string; headers: Record<string, string>; body: string | null };

/** A bounded load: every shot once, over `connections` keep-alive connections, one at a time on each. */
export type Load = { origin: string; shots: Shot[]; connections: number; keepBodies: boolean };

/**
 * Latencies are ms; `statuses` counts answers by their status; `generator` is how busy this process was, 1 being one core; `headers`
 * are of one answer.
 */
export type Fired = {
  seconds: number;
  p50: number;
  p99: number;
  generator: number;
  statuses: Record<string, number>;
  bodies: string[];
  headers: Record<string, string>;
};

const at = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

async function fire({ origin, shots, connections, keepBodies }: Load): Promise<Fired> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const bodies: string[] = [];
  let lastHeaders: Record<string, string> = {};
  let next = 0;
  const clients = Array.from(
    { length: Math.min(connections, shots.length) },
    () => new Client(origin, { pipelining: 1 }),
  );
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let shot = shots[next++]; shot; shot = shots[next++]) {
        const start = performance.now();
        const { statusCode, body, headers } = await client.request(shot);
        const text = await body.text();
        latencies.push(performance.now() - start);
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
        if (!keepBodies) continue;
        bodies.push(text);
        lastHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(clients.map((client) => client.close()));
  const sorted = latencies.sort((a, b) => a - b);
  const generator = (user + system) / 1e6 / seconds;
  return { seconds, generator, p50: at(sorted, 0.5), p99: at(sorted, 0.99), statuses, bodies, headers: lastHeaders };
}

process.on('message', async (load: Load) => {
  try {
    process.send?.({ kind: 'fired', fired: await fire(load) });
  } catch (error) {
    process.send?.({ kind: 'failed', reason: String(error) });
  }
});
process.on('disconnect', () => process.exit());
