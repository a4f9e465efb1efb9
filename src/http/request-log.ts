import type { Context } from 'hono';
import { log } from '../lib/log.ts';
import type { AppEnv } from './app-env.ts';

/** Which refusals get a line: whoever floods the gateway must not flood its log, which is I/O and paid by the line. */
export class RefusalLines {
  readonly #perSecond: number;
  #second = 0;
  #written = 0;
  #unlogged = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** How many refusals had no line since the last that had one; null: this one has none either. `now` in ms. */
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

const refusalLines = new RefusalLines(20);

/** One line a request (which came at `now`, ms), with what it waited for; of a flood of 401 and 429 only some lines, which tell how many others there were. */
export function logRequest(c: Context<AppEnv>, status: number, now: number): void {
  const unlogged = status === 401 || status === 429 ? refusalLines.take(now) : 0;
  if (unlogged === null) return;
  log(status >= 500 ? 'error' : 'info', 'request', {
    requestId: c.get('requestId'),
    method: c.req.method,
    status,
    ms: Date.now() - now,
    merchantId: c.get('caller')?.merchant.id,
    reason: c.get('rejection'),
    ...(unlogged > 0 ? { unlogged } : {}),
    ...c.get('timings').fields(),
  });
}
