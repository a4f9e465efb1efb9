import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';

/** Below the ports that systems hand out by themselves (Linux: from 32,768). */
const FIRST = 20_000;
const COUNT = 12_000;

const folder = join(tmpdir(), 'paylinks-test-ports');
const held = new Set<string>();

const systemError = z.object({ code: z.string() });
const codeOf = (error: unknown) => systemError.safeParse(error).data?.code;

/** A free port of 127.0.0.1 that no other test process gets until this one ends: a file says who has it. */
export async function freePort(): Promise<number> {
  mkdirSync(folder, { recursive: true });
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (reserve(join(folder, String(port))) && (await canListen(port))) return port;
  }
}

function reserve(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (!isLeftover(file)) return false;
    rmSync(file, { force: true });
    return reserve(file);
  }
  if (held.size === 0) process.once('exit', giveBack);
  held.add(file);
  return true;
}

function isLeftover(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Its owner may be about to write its id.
    if (pid === 0) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return ['ESRCH', 'ENOENT'].includes(codeOf(error) ?? '');
  }
}

async function canListen(port: number): Promise<boolean> {
  const probe = createServer();
  const listens = once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.listen(port, '127.0.0.1');
  if (!(await listens)) return false;
  probe.close();
  await once(probe, 'close');
  return true;
}

const giveBack = () => {
  for (const file of held) rmSync(file, { force: true });
};
