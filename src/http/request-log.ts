import type { Context } from 'hono';
import { log } from '../lib/log.ts';
import { measure } from '../lib/metrics.ts';
import { parsePaylinkId } from '../paylink-id.ts';
import type { AppEnv } from './app-env.ts';

/** Limits the log lines for refusals: a flood of requests must not flood the log, which costs I/O and money. */
export class RefusalLines {
  readonly #perSecond: number;
  #second = 0;
  #written = 0;
  #unlogged = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** How many refusals were not logged since the last line; null: do not log this one either. `now` in ms. */
  take(now: number): number | null {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#written = 0;
    this.#second = second;
    if (this.#written >= this.#perSecond) {
      this.#unlogged += 1;
      return null;
    }
    this.#written += 1;
    const before = this.#unlogged;
    this.#unlogged = 0;
    return before;
  }
}

/** Apart, so that a flood of the one kind hides none of the other. */
const refusalLines = new RefusalLines(20);
const missingLines = new RefusalLines(20);

const linesOf = (status: number): RefusalLines | null => {
  if (status === 401 || status === 429) return refusalLines;
  return status === 404 ? missingLines : null;
};

/**
 * Logs and measures a request that came in at `now` (ms). Of 401, 429 and 404 only some are logged, with the number of the others.
 * @param route the path as it was registered, as the path that was asked may hold a customer's link
 */
export function logRequest(c: Context<AppEnv>, route: string | null, status: number, now: number): void {
  const lines = linesOf(status);
  const unlogged = lines ? lines.take(now) : 0;
  if (unlogged === null) return;
  const caller = c.get('caller');
  const merchantId = caller?.merchant.id;
  const ms = Date.now() - now;
  const name = `${c.req.method} ${route ?? '*'}`;
  measure(c.env, {
    what: 'request',
    merchantId,
    name,
    outcome: `${status}`,
    detail: c.get('code'),
    ms,
    count: 1 + unlogged,
  });
  log(status >= 500 ? 'error' : 'info', 'request', {
    requestId: c.get('requestId'),
    method: c.req.method,
    route,
    status,
    ms,
    merchantId,
    credentialId: caller?.credentialId,
    paylinkId: c.get('paylinkId') ?? parsePaylinkId(c.req.param('paylinkId') ?? '') ?? undefined,
    reason: c.get('rejection'),
    ...(unlogged > 0 ? { unlogged } : {}),
    ...c.get('timings').fields(),
  });
}
