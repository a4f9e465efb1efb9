import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundleWorker } from '../src/local/bundle.ts';

const root = join(import.meta.dirname, '..');

/** A worker's entry file from the repository's root, and its Durable Object classes by binding. */
export type WorkerSpec = {
  name: string;
  entry: string;
  objects: Record<string, string>;
  variables: Record<string, string>;
};

/** A worker in a workerd of its own, reached without a proxy, its state on disk. */
export type Worker = {
  name: string;
  origin: string;
  database: () => ReturnType<Miniflare['getD1Database']>;
  /** User and system time of its workerd so far, s. */
  cpuSeconds: () => number;
  /** Stands still, so that nothing of it (an alarm) falls into another's measurement. */
  pause: () => void;
  resume: () => void;
  stop: () => Promise<void>;
};

const migrationsFolder = join(root, 'src/store/migrations');

/** The migrations in their order. */
export const migrations = (): string[] => {
  const names = readdirSync(migrationsFolder).sort();
  return names.map((name) => readFileSync(join(migrationsFolder, name), 'utf8'));
};

/** workerd processes that this process started. */
function children(): Set<number> {
  const text = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  const isWorkerd = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').includes('(workerd)');
  return new Set(text.trim().split(/\s+/).map(Number).filter(isWorkerd));
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // In ticks, 100 a second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Builds and starts a worker; `folder` keeps its state. */
export async function startWorker(spec: WorkerSpec, folder: string): Promise<Worker> {
  const before = children();
  const options = convertV4MiniflareOptions({
    name: spec.name,
    modules: [{ type: 'ESModule', path: `${spec.name}.js`, contents: await bundleWorker(spec.entry) }],
    compatibilityDate: '2026-10-15',
    compatibilityFlags: ['nodejs_compat'],
    bindings: spec.variables,
    d1Databases: { DB: spec.name },
    durableObjects: Object.fromEntries(
      Object.entries(spec.objects).map(([binding, className]) => [binding, { className, useSQLite: true }]),
    ),
    queueProducers: { EVENTS: 'paylink-events' },
    ratelimits: {
      FAILED_AUTHENTICATIONS: { namespace_id: '1001', simple: { limit: 100, period: 60 } },
      UNKNOWN_REQUESTS: { namespace_id: '1002', simple: { limit: 100, period: 60 } },
      OPENINGS: { namespace_id: '1003', simple: { limit: 20, period: 60 } },
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    stripCfConnectingIp: false,
    cf: false,
  });
  const miniflare = new Miniflare({
    ...options,
    resourcePersistencePath: folder,
    handleStructuredLogs: ({ level, message }) => {
      if (level === 'error') console.error(`${spec.name}: ${message}`);
    },
  });
  const origin = (await miniflare.unsafeGetDirectURL(spec.name)).origin;
  const [pid] = [...children()].filter((child) => !before.has(child));
  if (pid === undefined) throw new Error('workerd was not found');
  return {
    name: spec.name,
    origin,
    database: () => miniflare.getD1Database('DB', spec.name),
    cpuSeconds: () => cpuSeconds(pid),
    pause: () => process.kill(pid, 'SIGSTOP'),
    resume: () => process.kill(pid, 'SIGCONT'),
    stop: async () => {
      process.kill(pid, 'SIGCONT');
      await miniflare.dispose();
    },
  };
}
