import { sweepSecrets } from './auth/seal-anew.ts';
import { type Bindings, type Config, configOf } from './env.ts';
import { counting } from './lib/counting.ts';
import { errorMessage } from './lib/error-message.ts';
import { log } from './lib/log.ts';
import { measure } from './lib/metrics.ts';
import type { Turn, TurnEnd } from './lib/turn.ts';
import { sweepProviderEvents } from './paylinks/delivery-events.ts';
import { sweepExpired } from './paylinks/transitions.ts';
import { forgetInboxMessages } from './store/inbox.ts';
import { moveRows } from './store/move-rows.ts';
import { forgetOverQuota } from './store/over-quota.ts';
import { INBOX_MESSAGES, INBOX_MS, OVER_QUOTA_MS } from './store/retention.ts';
import { giveTurnBack, saveSweep, takeTurn } from './store/sweeps.ts';
import { sweepEvents } from './webhooks/sweep.ts';

/** A sweep stops taking on more after this, so that it is over when the next minute's begins, ms. */
const TURN_MS = 40_000;
/** A sweep that died with its invocation is taken up again after this, ms. */
const LEASE_MS = 90_000;
/**
 * What all sweeps of one run may ask for before none takes on more. The platform gives an invocation 1,000 queries of D1 (D1, "Limits") and
 * 10,000 subrequests (Workers, "Limits"), and fails everything beyond; what is begun needs some too.
 */
const MAX_QUERIES = 600;
const MAX_CALLS = 5_000;
/** Rows that one statement deletes. */
const MAX_FORGOTTEN = 1_000;

type Sweep = (env: Bindings, config: Config, now: number, turn: Turn) => Promise<TurnEnd>;

/** A sweep that deletes what is too old, some rows at a time. `forget` returns how many it deleted, at most `MAX_FORGOTTEN`. */
const forgetting =
  (forget: (db: D1Database, now: number) => Promise<number>): Sweep =>
  async ({ DB }, _config, now, { mayGoOn }) => {
    let done = 0;
    let last = 0;
    do {
      last = await forget(DB, now);
      done += last;
    } while (last >= MAX_FORGOTTEN && mayGoOn());
    return { done, position: last >= MAX_FORGOTTEN ? 'more' : null };
  };

const sweeps: Record<string, Sweep> = {
  sweepExpired,
  sweepProviderEvents,
  sweepEvents,
  sweepInbox: forgetting((db, now) => forgetInboxMessages(db, now - INBOX_MS, INBOX_MESSAGES, MAX_FORGOTTEN)),
  sweepOverQuota: forgetting((db, now) => forgetOverQuota(db, now - OVER_QUOTA_MS, MAX_FORGOTTEN)),
  sweepStats: async (env, config, now, turn) => (await import('./stats/sweep.ts')).sweepStats(env, config, now, turn),
  sweepAttachments: async (env, config, now) =>
    (await import('./paylinks/sweep-attachments.ts')).sweepAttachments(env, config, now),
  sweepSecrets: async (env, config) => {
    await sweepSecrets(env, config);
    return { done: 0, position: null };
  },
  moveRows: async ({ DB }, _config, now, { mayGoOn }) => {
    const isThrough = await moveRows(DB, now, mayGoOn);
    return { done: 0, position: isThrough ? null : 'more' };
  },
};

/**
 * What the cron trigger does every minute. Each sweep has a lease, a bounded turn, and goes on where its last one ended. One that fails
 * stops no other.
 */
export async function runSweeps(bindings: Bindings, now: number): Promise<void> {
  const config = configOf(bindings);
  const begunAt = Date.now();
  const until = begunAt + TURN_MS;
  const leasedUntil = begunAt + LEASE_MS;
  let queries = 0;
  let calls = 0;
  const env: Bindings = {
    ...bindings,
    DB: counting(bindings.DB, 'prepare', () => {
      queries += 1;
    }),
    COORDINATOR: counting(bindings.COORDINATOR, 'get', () => {
      calls += 1;
    }),
  };
  const mayGoOn = () => Date.now() < until && queries < MAX_QUERIES && calls < MAX_CALLS;
  const ended = (name: string, outcome: 'done' | 'behind' | 'failed') =>
    measure(env, { what: 'sweep', name, outcome, ms: Date.now() - begunAt });
  measure(env, { what: 'sweep', name: 'cron', outcome: 'begun', ms: begunAt - now });
  const run = async (name: string, sweep: Sweep) => {
    // By the clock, not by when the trigger was due: triggers that come late come together.
    const taken = await takeTurn(env.DB, name, begunAt, leasedUntil);
    if (taken === 'taken') return log('warn', 'sweep_still_running', { sweep: name });
    const { done, position } = await sweep(env, config, now, { ...taken, mayGoOn });
    await saveSweep(env.DB, name, position);
    ended(name, position === null ? 'done' : 'behind');
    if (position !== null) log('warn', 'sweep_behind', { sweep: name, done });
  };
  const failed = async (name: string, error: unknown) => {
    log('error', 'sweep_failed', { sweep: name, error: errorMessage(error) });
    ended(name, 'failed');
    // Where D1 takes that neither, the lease ends by itself.
    await giveTurnBack(env.DB, name, leasedUntil).catch(() => {});
  };
  const runs = Object.entries(sweeps).map(([name, sweep]) => run(name, sweep).catch((error) => failed(name, error)));
  await Promise.all(runs);
}
