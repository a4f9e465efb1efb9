import { setTimeout as pause } from 'node:timers/promises';

const bounded = (url: string, ms: number) => fetch(url, { signal: AbortSignal.timeout(ms) });

/** Asks `/healthz` until it answers. false: not within a minute (wrangler's own output says why). */
export async function untilHealthy(base: string): Promise<boolean> {
  for (let asked = 0; asked < 300; asked++) {
    const answer = await bounded(`${base}/healthz`, 5_000).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await pause(200);
  }
  return false;
}

/** `wrangler dev` fires no cron triggers by itself: ask it to, as often as wrangler.toml says (every minute). */
export function fireCronEveryMinute(base: string): void {
  const fire = () =>
    bounded(`${base}/cdn-cgi/local/scheduled?cron=${encodeURIComponent('* * * * *')}`, 50_000)
      .then((answer) => answer.body?.cancel())
      // Nothing is lost by a minute without a sweep, and a stopped gateway is noticed by its exit.
      .catch(() => undefined);
  setInterval(fire, 60_000).unref();
}
