import { type Bindings, configOf } from '../env.ts';
import { sweepEvents } from '../events/sweep.ts';
import { log } from '../log.ts';
import { sweepExpired } from '../paylinks/expire.ts';
import { sweepProviderEvents } from '../paylinks/provider-news.ts';
import { sweepInbox } from '../paylinks/sweep-inbox.ts';

const sweeps = { sweepExpired, sweepProviderEvents, sweepEvents, sweepInbox };

/** What the cron trigger does every minute: everything that is due and that nobody is asking for. One failing sweep stops no other. */
export async function runSweeps(env: Bindings, now: number): Promise<void> {
  const config = configOf(env);
  const names = Object.entries(sweeps);
  const ended = await Promise.allSettled(names.map(([, sweep]) => sweep(env, config, now)));
  ended.forEach((end, at) => {
    if (end.status === 'rejected') log('error', 'sweep_failed', { sweep: names[at]?.[0], error: String(end.reason) });
  });
}
