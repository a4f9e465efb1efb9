import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { bundleWorker, type Entry, schemaAndSeed, writeOptions } from './build.ts';
import { writeDatabase } from './records.ts';

const secretsKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

/** Each life is a process group of its own, for `kill`. */
const lifeArguments: Parameters<typeof fork> = [
  join(import.meta.dirname, 'life.ts'),
  [],
  { detached: true, execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
];

/** The gateway in workerd, its state on disk; it may be killed and started again as often as one likes. */
export class Runtime {
  readonly url: string;
  /** Where its state is. */
  readonly state: string;
  readonly #folder: string;
  readonly #bundle: string;
  readonly #port: number;
  readonly #variables: Record<string, string>;
  #options: string;
  #life: ChildProcess | null = null;
  /** Loaded, waiting for its turn. */
  #next: ChildProcess | null = null;
  /** Whether it is known to take requests. */
  up = false;
  /** What it has complained of. */
  said = '';

  private constructor(folder: string, bundle: string, port: number, variables: Record<string, string>) {
    this.#folder = folder;
    this.#bundle = bundle;
    this.#port = port;
    this.#variables = variables;
    this.#options = writeOptions(bundle, folder, port, variables);
    this.url = `http://127.0.0.1:${port}`;
    this.state = join(folder, 'state');
  }

  /** Builds the worker and makes its database, in a fresh place; `start` comes next. */
  static async prepare(variables: Record<string, string>, entry: Entry = 'gateway'): Promise<Runtime> {
    const folder = await mkdtemp(join(tmpdir(), 'paylinks-chaos-'));
    const [bundle, port] = await Promise.all([bundleWorker(join(folder, 'bundle'), entry), freePort()]);
    const local = { ENVIRONMENT: 'local', PUBLIC_BASE_URL: `http://127.0.0.1:${port}`, SECRETS_KEY: secretsKey };
    const runtime = new Runtime(folder, bundle, port, { ...local, ...variables });
    await runtime.start(true);
    await runtime.kill();
    writeDatabase(runtime.state, await schemaAndSeed(secretsKey));
    return runtime;
  }

  /** Variables for the lives to come. */
  configure(variables: Record<string, string>): void {
    this.#options = writeOptions(this.#bundle, this.#folder, this.#port, { ...this.#variables, ...variables });
  }

  /** Begins a life (`touch`: and makes the database's file); resolves when it takes requests, or was killed before it did. */
  async start(touch = false): Promise<void> {
    const life = this.#next ?? fork(...lifeArguments);
    this.#next = fork(...lifeArguments);
    this.#life = life;
    for (const stream of [life.stdout, life.stderr]) stream?.on('data', (chunk) => (this.said += chunk));
    const begun = Promise.race([once(life, 'message'), once(life, 'exit')]);
    life.send({ options: this.#options, touch });
    const [event] = await begun;
    this.up = event === 'ready' && this.#life === life;
    if (!this.up && this.#life === life) {
      throw new Error(`the runtime did not come up:\n${this.said.slice(-4000)}`);
    }
  }

  /** Ends the life, Miniflare and workerd, with no chance to tidy up. */
  async kill(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    this.up = false;
    if (life) await killGroup(life);
  }

  /** Stops it where it stands: what reaches it from now on waits in its sockets. Only `kill` comes after. */
  freeze(): void {
    if (this.#life?.pid !== undefined) process.kill(-this.#life.pid, 'SIGSTOP');
  }

  /** Kills it and deletes its data. */
  async dispose(): Promise<void> {
    await this.kill();
    if (this.#next) await killGroup(this.#next);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}
