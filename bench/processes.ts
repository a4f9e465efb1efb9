import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as z from 'zod';
import type { Fired, Load } from './load.ts';

const start = (file: string, args: string[] = []): ChildProcess =>
  fork(join(import.meta.dirname, file), args, {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

const Reply = z.union([
  z.object({
    kind: z.literal('fired'),
    fired: z.object({
      seconds: z.number(),
      p50: z.number(),
      p99: z.number(),
      generator: z.number(),
      statuses: z.record(z.string(), z.number()),
      bodies: z.array(z.string()),
      headers: z.record(z.string(), z.string()),
    }),
  }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);

/** The load generator, in a process of its own so that its work is not the server's. */
export class LoadGenerator {
  readonly #child = start('load.ts');

  async fire(load: Load): Promise<Fired> {
    const answered = once(this.#child, 'message');
    this.#child.send(load);
    const [message]: unknown[] = await answered;
    const reply = Reply.parse(message);
    if (reply.kind === 'failed') throw new Error(`the load failed: ${reply.reason}`);
    return reply.fired;
  }

  stop(): void {
    this.#child.disconnect();
  }
}

/** The fake provider's process; `signingKey` is what it gives to whoever verifies its callbacks. */
export async function startProvider(
  signingKey: string,
): Promise<{ url: string; last: () => Promise<string>; stop: () => void }> {
  const child = start('provider.ts', [signingKey]);
  const [message]: unknown[] = await once(child, 'message');
  const { port } = z.object({ port: z.number() }).parse(message);
  const url = `http://127.0.0.1:${port}`;
  return { url, last: async () => (await fetch(`${url}/_last`)).text(), stop: () => child.disconnect() };
}
