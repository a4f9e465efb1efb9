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

const fetchWithin = (url: string, ms: number) => fetch(url, { signal: AbortSignal.timeout(ms) });

/** Asks `/healthz` until it answers. false: not within a minute; wrangler's output says why. */
export async function untilHealthy(base: string): Promise<boolean> {
  for (let asked = 0; asked < 300; asked++) {
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
