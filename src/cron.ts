import { sweepSecrets } from './auth/seal-anew.ts';
import { type Bindings, configOf } from './env.ts';
import { errorMessage } from './lib/error-message.ts';
import { log } from './lib/log.ts';
import { sweepProviderEvents } from './paylinks/delivery-events.ts';
import { sweepExpired } from './paylinks/transitions.ts';
import { forgetInboxMessages } from './store/inbox.ts';
import { sweepEvents } from './webhooks/sweep.ts';

/** Captured messages hold recipients, so they are deleted after 30 days, ms. */
const INBOX_RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/** What the cron trigger does every minute. One failing sweep stops no other. */
export async function runSweeps(env: Bindings, now: number): Promise<void> {
  const config = configOf(env);
  const sweeps: { [name: string]: Promise<unknown> } = {
    sweepExpired: sweepExpired(env, config, now),
    sweepProviderEvents: sweepProviderEvents(env, config, now),
    sweepEvents: sweepEvents(env, config, now),
    sweepInbox: forgetInboxMessages(env.DB, now - INBOX_RETENTION_MS, 1_000),
    sweepSecrets: sweepSecrets(env, config),
  };
  const logFailure = (sweep: string) => (error: unknown) =>
    log('error', 'sweep_failed', { sweep, error: errorMessage(error) });
  await Promise.all(Object.entries(sweeps).map(([name, sweep]) => sweep.catch(logFailure(name))));
}
