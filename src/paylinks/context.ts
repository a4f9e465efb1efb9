import type { Bindings, Config } from '../env.ts';
import type { Timings } from '../lib/timings.ts';
import type { Caller } from '../model.ts';

/** What every verb is told besides its input: who asks, with what, when (ms). */
export type Context = {
  env: Bindings;
  config: Config;
  caller: Caller;
  requestId: string;
  now: number;
  timings: Timings;
  waitUntil: (work: Promise<unknown>) => void;
  traceparent?: string;
};
