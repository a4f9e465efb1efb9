import { type Bindings, type Config, configOf } from './env.ts';
import { log } from './lib/log.ts';
import { sweepProviderEvents } from './paylinks/delivery-events.ts';
import { sweepExpired } from './paylinks/transitions.ts';
import { forgetInboxMessages } from './store/inbox.ts';
import { sweepEvents } from './webhooks/sweep.ts';

/** Captured messages are kept 30 days, ms. */
const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/** Forgets what the inbox has kept long enough: it holds whole messages, with their recipients. */
export const sweepInbox = (env: Bindings, _config: Config, now: number): Promise<void> =>
  forgetInboxMessages(env.DB, now - RETENTION_MS, 1_000);

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
