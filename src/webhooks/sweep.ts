import type { Bindings, Config } from '../env.ts';
import { log } from '../lib/log.ts';
import { listDueDeliveries } from '../store/outbox.ts';
import { forgetOld } from '../store/webhook-attempts.ts';
import { enqueue } from './enqueue.ts';

/** What is due for less than this is left to the nudge that it was given, ms. */
const graceMs = 10_000;
/** Deliveries nudged, and rows of each kind forgotten, a minute. */
const mostNudged = 2_000;
const mostForgotten = 5_000;
/** How long attempts and deliveries are kept, ms. */
export const RETENTION_MS = 30 * 24 * 60 * 60 * 1_000;

/** Once a minute: nudges what is due, whose own nudge was lost or which waited for its next try, and forgets what is older than 30 days. */
export async function sweepEvents(env: Bindings, _config: Config, now: number): Promise<void> {
  const due = await listDueDeliveries(env.DB, now - graceMs, mostNudged);
  await enqueue(env.EVENTS, due);
  if (due.length > 0) log('info', 'events_swept', { due: due.length });
  await forgetOld(env.DB, now - RETENTION_MS, mostForgotten);
}
