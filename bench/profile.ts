import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'undici';
import * as z from 'zod';
import { callbackKey } from './callbacks.ts';
import { LoadGenerator, startProvider } from './processes.ts';
import { takeSamples } from './samples.ts';
import { scenarios } from './scenarios.ts';
import { startGateway } from './targets.ts';

/**
 * `node bench/profile.ts "send (REST)" 2000`: V8's CPU profile of the gateway's isolate (edge, gate and coordinators are one) under a
 * scenario's load, by function: self time, and total time with what it calls. What workerd itself and D1 do is "(program)" and idle.
 */
const [name = 'send (REST)', count = '2000'] = process.argv.slice(2);
const inspectorPort = 9339;

const Frame = z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() });
const Profile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: Frame, children: z.array(z.number()).optional() })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
const Targets = z.array(z.object({ id: z.string(), webSocketDebuggerUrl: z.string() }));

async function inspector(): Promise<(method: string, params?: object) => Promise<unknown>> {
  const targets = Targets.parse(await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json());
  const target = targets.find(({ id }) => id.includes('gateway')) ?? targets[0];
  if (!target) throw new Error('nothing to inspect');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  let last = 0;
  return (method, params = {}) =>
    new Promise((resolve) => {
      last += 1;
      const id = last;
      const listen = ({ data }: { data: unknown }) => {
        const message = JSON.parse(String(data));
        if (message.id !== id) return;
        socket.removeEventListener('message', listen);
        resolve(message.result);
      };
      socket.addEventListener('message', listen);
      socket.send(JSON.stringify({ id, method, params }));
    });
}

function print(profile: z.infer<typeof Profile>, requests: number): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const self = new Map<number, number>();
  profile.samples.forEach((id, n) => {
    self.set(id, (self.get(id) ?? 0) + (profile.timeDeltas[n] ?? 0));
  });
  const label = ({ functionName, lineNumber }: z.infer<typeof Frame>) =>
    `${functionName || '(anonymous)'}:${lineNumber + 1}`;
  const selfBy = new Map<string, number>();
  const totalBy = new Map<string, number>();
  const visit = (id: number, above: ReadonlySet<string>): number => {
    const node = nodes.get(id);
    if (!node) return 0;
    const key = label(node.callFrame);
    const own = self.get(id) ?? 0;
    selfBy.set(key, (selfBy.get(key) ?? 0) + own);
    const below = new Set(above).add(key);
    const total = (node.children ?? []).reduce((sum, child) => sum + visit(child, below), own);
    if (!above.has(key)) totalBy.set(key, (totalBy.get(key) ?? 0) + total);
    return total;
  };
  const [root] = profile.nodes;
  if (root) visit(root.id, new Set());
  for (const [title, by] of [
    ['self', selfBy],
    ['total', totalBy],
  ] as const) {
    console.log(`\n${title}, µs a request`);
    const top = [...by].sort((a, b) => b[1] - a[1]).slice(0, 60);
    for (const [key, micros] of top) console.log(`${(micros / requests).toFixed(1).padStart(8)}  ${key}`);
  }
}

const scenario = scenarios.find((one) => one.name === name);
if (!scenario) throw new Error(`scenarios: ${scenarios.map((one) => one.name).join(', ')}`);
const folder = mkdtempSync(join(tmpdir(), 'paylinks-profile-'));
const load = new LoadGenerator();
const provider = await startProvider(callbackKey);
const worker = await startGateway({ folder, provider: provider.url, coordinators: 1 }, inspectorPort);
try {
  await takeSamples(worker, provider.last, load);
  const call = await inspector();
  const desk = { side: 'gateway', worker, load, coordinators: 1 } as const;
  const fire = async (requests: number, around: (work: () => Promise<unknown>) => Promise<void>) => {
    const shots = await scenario.prepare({ ...desk, count: requests });
    await around(() => load.fire({ origin: worker.origin, shots, connections: 32, keepBodies: false }));
  };
  await fire(300, async (work) => {
    await work();
  });
  await fire(Number(count), async (work) => {
    await call('Profiler.enable');
    await call('Profiler.setSamplingInterval', { interval: 200 });
    await call('Profiler.start');
    await work();
    print(Profile.parse(z.object({ profile: z.unknown() }).parse(await call('Profiler.stop')).profile), Number(count));
  });
} finally {
  await worker.stop();
  provider.stop();
  load.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
