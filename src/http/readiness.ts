import type { Context } from 'hono';
import { pingLimiter } from '../admission/limiter-client.ts';
import type { Bindings, Config } from '../env.ts';
import { refusal } from '../errors.ts';
import { isUnknownMethod } from '../lib/durable-object-call.ts';
import { errorMessage } from '../lib/error-message.ts';
import { LoadingCache } from '../lib/loading-cache.ts';
import { log } from '../lib/log.ts';
import { withTimeout } from '../lib/timeout.ts';
import { pingCoordinator } from '../paylinks/coordinator/client.ts';
import { askSchema } from '../store/readiness.ts';
import type { AppEnv } from './app-env.ts';
import { problem } from './problem.ts';

/** What the gateway cannot work without. */
export type Part = 'd1' | 'gate' | 'coordinator';

/** An isolate asks this often at most, ms. */
const MAX_AGE_MS = 5_000;
/** What has not answered by then is not ready, ms. */
const PATIENCE_MS = 2_000;

const bounds = { max: 1, maxAgeMs: MAX_AGE_MS };
const known = new LoadingCache<Part[]>({ known: bounds, absent: bounds });

/** Asks D1, a limiter and a coordinator, side by side. @returns those that are not ready */
export async function partsNotReady(env: Bindings, config: Config): Promise<Part[]> {
  const asked: [Part, Promise<void>][] = [
    ['d1', askSchema(env.DB)],
    ['gate', pingLimiter(env, config)],
    ['coordinator', pingCoordinator(env, config)],
  ];
  const found = await Promise.all(asked.map(async ([part, answer]) => ((await isReady(part, answer)) ? [] : [part])));
  return found.flat();
}

async function isReady(part: Part, answer: Promise<void>): Promise<boolean> {
  try {
    if ((await withTimeout(answer, PATIENCE_MS)) !== 'late') return true;
    log('error', 'not_ready', { part, error: 'no answer in time' });
  } catch (error) {
    // An object of the release before has no `ping`, but it has answered.
    if (isUnknownMethod(error)) return true;
    log('error', 'not_ready', { part, error: errorMessage(error) });
  }
  return false;
}

/** `GET /readyz`: whether requests can be served. The answer names what is not ready; the log says why. */
export async function readyz(c: Context<AppEnv>): Promise<Response> {
  const load = () => {
    const loading = partsNotReady(c.env, c.get('config'));
    // Other requests may wait for it when this client is gone.
    c.executionCtx.waitUntil(loading);
    return loading;
  };
  const missing = (await known.get('parts', c.get('now'), load)) ?? [];
  if (missing.length === 0) return c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' });
  const retryAfterSeconds = MAX_AGE_MS / 1000;
  return problem(c, refusal('unavailable', `Not ready: ${missing.join(', ')}.`, { retryAfterSeconds }));
}
