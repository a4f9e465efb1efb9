import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { freePort } from './free-port.ts';
import { connectRedis, type RedisConnection } from './resp.ts';

export type RedisServer = { connection: RedisConnection; kill: () => Promise<void> };

/** Whether the machine has redis-server. */
export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

async function ready(server: ChildProcess): Promise<void> {
  if (!server.stdout) throw new Error('redis-server has no output');
  for await (const chunk of server.stdout) {
    if (String(chunk).includes('Ready to accept connections')) return;
  }
  throw new Error('redis-server did not start');
}

/** A redis-server of its own on a free port of 127.0.0.1 that writes nothing to disk. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  // The shell kills it as soon as our end of `cat` closes, so that it outlives no run, however that ends.
  const script = 'redis-server "$@" & cat; kill -9 $!; wait';
  const server = spawn('sh', ['-c', script, 'redis', ...options], { stdio: ['pipe', 'pipe', 'ignore'] });
  const gone = once(server, 'exit');
  await ready(server);
  const connection = await connectRedis(port);
  return {
    connection,
    async kill() {
      connection.close();
      server.stdin.end();
      await gone;
    },
  };
}
