// One life of the runtime: a process of its own, so that a SIGKILL of its group takes Miniflare and workerd with it. It loads what it
// needs, then waits to be told to begin, so that the next life is at hand when one is killed.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Miniflare } from 'miniflare';
import * as z from 'zod';

process.on('disconnect', () => process.exit());
const [message]: unknown[] = await once(process, 'message');
const { options, touch } = z.object({ options: z.string(), touch: z.boolean() }).parse(message);

const runtime = new Miniflare({
  ...JSON.parse(readFileSync(options, 'utf8')),
  handleStructuredLogs: (entry: { level: string; message: string }) => {
    if (entry.level === 'error' || entry.level === 'warn') console.error(`${entry.level}: ${entry.message}`);
  },
});
await runtime.ready;
// The first to touch the database makes its file. Not under load: this proxy stops the event loop, and with it the reading of
// workerd's log, without which workerd stands still.
if (touch) await (await runtime.getD1Database('DB')).prepare('SELECT 1').run();
process.send?.('ready');
