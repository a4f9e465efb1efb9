import { createServer } from 'node:net';

/**
 * The port to serve on: the one asked for, or a free one for 0; null when it is taken. Asked before wrangler starts, which would
 * quietly take another, and every link in the messages would lead nowhere.
 */
export function claimPort(port: number, ip: string): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(null));
    probe.listen({ port, host: ip === '*' ? '0.0.0.0' : ip, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
}
