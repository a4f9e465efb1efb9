import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The port to serve on: the given one, or a free one for 0; null if it is taken. Checked before wrangler starts, because wrangler would
 * choose another port, and the links in messages would not work.
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

/** The address for people: the links in messages begin with it. */
export function addressOf(ip: string, port: number): string {
  const everywhere = ['*', '0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(ip);
  return `http://${everywhere ? 'localhost' : bracketed(ip)}:${port}`;
}

/** The address by which this process reaches the gateway. */
export const ownAddressOf = (ip: string, port: number): string =>
  `http://${ip === '*' || ip === '0.0.0.0' ? '127.0.0.1' : bracketed(ip)}:${port}`;

const bracketed = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip);

/** The id of every request that this process makes itself, so that it can leave them out of what it prints. */
export const ownRequestId = `npm-start-${crypto.randomUUID()}`;

const fetchWithin = (url: string, ms: number) =>
  fetch(url, { signal: AbortSignal.timeout(ms), headers: { 'x-request-id': ownRequestId } });

/** What the inbox has, as JSON. */
export const readInbox = (base: string): Promise<unknown> =>
  fetchWithin(`${base}/inbox.json`, 10_000).then((answer) => answer.json());

/** Asks `/healthz` until it answers. false: not within two minutes; wrangler's output says why. */
export async function untilHealthy(base: string): Promise<boolean> {
  for (let asked = 0; asked < 600; asked++) {
    const answer = await fetchWithin(`${base}/healthz`, 5_000).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await pause(200);
  }
  return false;
}

/** Fires the cron trigger every minute, as wrangler.toml says: `wrangler dev` does not. */
export function fireCronEveryMinute(base: string): void {
  const fire = () =>
    fetchWithin(`${base}/cdn-cgi/local/scheduled?cron=${encodeURIComponent('* * * * *')}`, 50_000)
      .then((answer) => answer.body?.cancel())
      // The next minute's sweep does the work, and a stopped gateway is noticed by its exit.
      .catch(() => undefined);
  setInterval(fire, 60_000).unref();
}
