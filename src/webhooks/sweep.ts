import type { Bindings, Config } from '../env.ts';
import { log } from '../lib/log.ts';
import { type Turn, type TurnEnd, wholeTurn } from '../lib/turn.ts';
import { longestDueDeliveries } from '../store/outbox.ts';
import { WEBHOOK_MS } from '../store/retention.ts';
import { forgetOld } from '../store/webhook-attempts.ts';
import { enqueue } from './enqueue.ts';

/** What is due for less than this is left to the message that it was given when it was queued, ms. */
const GRACE_MS = 10_000;
/** Endpoints that one sweep wakes. */
const MAX_ENDPOINTS = 2_000;
/** Rows of each kind that one sweep forgets. */
const MAX_FORGOTTEN = 2_000;

/**
 * Once a minute: wakes every endpoint that has a delivery due, whose message was lost or which waited for its next try, and forgets what is
 * older than 30 days. Each endpoint gets one message, which delivers as much as its slot allows: a dead endpoint with a long backlog takes
 * no more of the Queue than any other.
 */
export async function sweepEvents(
  env: Bindings,
  _config: Config,
  now: number,
  turn: Turn = wholeTurn,
): Promise<TurnEnd> {
  const due = await longestDueDeliveries(env.DB, now - GRACE_MS, MAX_ENDPOINTS);
  await enqueue(env.EVENTS, due);
  if (due.length > 0) log('info', 'events_swept', { endpoints: due.length });
  let forgotten = 0;
  do forgotten = await forgetOld(env.DB, now - WEBHOOK_MS, MAX_FORGOTTEN);
  while (forgotten >= MAX_FORGOTTEN && turn.mayGoOn());
  return { done: due.length, position: forgotten >= MAX_FORGOTTEN ? 'more' : null };
}
