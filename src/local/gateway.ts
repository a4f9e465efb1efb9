import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { InboxWatch } from './inbox-watch.ts';
import { readLogLine } from './log-lines.ts';
import { ownRequestId, readInbox } from './network.ts';
import { startWrangler } from './wrangler.ts';
import { WranglerNoise } from './wrangler-noise.ts';

/**
 * Runs `wrangler dev` until it ends or this process is told to stop, and ends this process with it.
 * @param base where this process reaches the gateway
 * @returns `begin` is called when the gateway answers: from then on messages are told
 */
export function runGateway(args: string[], base: string, verbose: boolean): { begin: () => Promise<void> } {
  const gateway = startWrangler(args, verbose ? 'inherit' : 'quiet');
  const inbox = new InboxWatch(() => readInbox(base));
  for (const stream of [gateway.stdout, gateway.stderr]) if (stream) retell(stream, inbox);
  let stopped = false;
  // 'close' comes after the last line of output.
  gateway.on('close', (code) => process.exit(stopped ? 0 : (code ?? 1)));
  // A terminal's Ctrl-C reaches wrangler too; a signal to this process does not.
  const stop = () => {
    stopped = true;
    gateway.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500).unref();
  return { begin: () => inbox.begin() };
}

/** Prints what the gateway and wrangler write: a line a request and a message, warnings and errors, and what is not known to be noise. */
function retell(stream: Readable, inbox: InboxWatch): void {
  const noise = new WranglerNoise();
  const print = (line: string) => console.log(line);
  createInterface({ input: stream }).on('line', (line) => {
    const told = readLogLine(line, Date.now());
    if (told === null) {
      const shown = noise.filter(line);
      if (shown !== null) print(shown);
    } else if (told.kind === 'fact') print(told.text);
    else if (told.kind === 'request' && told.requestId !== ownRequestId) {
      print(told.text);
      // Only what is posted or patched sends a message.
      if (told.method !== 'GET' && told.status < 400) void inbox.look(print);
    }
  });
}
