import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const start = join(import.meta.dirname, '../../src/local/start.mjs');

export type GatewayOptions = {
  vars?: Record<string, string>;
  /** Data of an earlier gateway; left alone at the end. Absent: a fresh directory, deleted with `stop`. */
  persistTo?: string;
  /** Default: a free one. */
  port?: number;
  /** Further arguments, as after `npm start --`. The demo merchant has no Paylinks, unless they are `[]`. */
  args?: string[];
};

export type Gateway = {
  url: string;
  port: number;
  persistTo: string;
  /** All it has written so far, for assertions and for people. */
  output: () => string;
  /** As Ctrl-C would; resolves with the exit code once it is gone. */
  stop: () => Promise<number | null>;
  /** Ends the whole process group at once, with no chance to tidy up; the data stays. */
  kill: () => Promise<void>;
};

/** Runs what `npm start` runs, on its own port and data, and waits (at most two minutes) until `/healthz` answers. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const port = options.port ?? (await freePort());
  const persistTo = options.persistTo ?? (await mkdtemp(join(tmpdir(), 'paylinks-')));
  const url = `http://127.0.0.1:${port}`;
  const vars = Object.entries(options.vars ?? {}).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
  // Left alone, wrangler looks for a free port for its inspector, and two at once find the same.
  const ports = ['--port', `${port}`, '--inspector-port=0'];
  const args = [start, ...ports, '--persist-to', persistTo, ...vars, ...(options.args ?? ['--no-seed'])];
  // A group of its own, so that `kill` reaches wrangler and workerd too.
  const child = spawn('node', args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    if (signal === 'SIGTERM') child.kill('SIGTERM');
    else killGroup(child);
    const late = pause(50_000, 'late' as const, { ref: false });
    const code = await Promise.race([exited, late]);
    killGroup(child);
    return code === 'late' ? null : code;
  };
  const tidy = () => (options.persistTo ? undefined : rm(persistTo, { recursive: true, force: true, maxRetries: 5 }));

  if (!(await untilHealthy(url, exited))) {
    await end('SIGKILL');
    throw new Error(`The gateway did not come up:\n${said}`);
  }
  return {
    url,
    port,
    persistTo,
    output: () => said,
    stop: async () => {
      const code = await end('SIGTERM');
      await tidy();
      return code;
    },
    kill: async () => {
      await end('SIGKILL');
    },
  };
}

/** Asks `/healthz` until it answers. false: not within two minutes, or the process is gone. */
export async function untilHealthy(url: string, exited: Promise<unknown>): Promise<boolean> {
  let gone = false;
  exited.then(() => {
    gone = true;
  });
  for (const deadline = Date.now() + 110_000; !gone && Date.now() < deadline; await pause(100)) {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
  }
  return false;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}
