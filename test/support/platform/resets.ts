import type { Namespace } from '../../../src/env.ts';
import { seeded } from '../lifecycles.ts';
import type { Life } from './lives.ts';
import { meter } from './meter.ts';
import { type PlatformOptions, resetLine } from './options.ts';

/** Where in a call an object is reset. `during` may as well hit what comes after a short one. */
type Moment = { at: 'before' } | { at: 'during'; ms: number } | { at: 'after' };

/** As a deploy says it. */
const reason = 'Durable Object reset because its code was updated.';

/** Which calls reset their object: a seed repeats it, call by call. It outlives the objects. */
export class ResetPlan {
  #random: (() => number) | null = null;
  #isOver = false;

  /** From now on nothing is reset by plan. */
  stop(): void {
    this.#isOver = true;
  }

  next({ PLATFORM_RESET_EVERY: every, PLATFORM_SEED: seed }: PlatformOptions): Moment | null {
    if (every === 0 || this.#isOver) return null;
    this.#random ??= seeded(seed);
    if (this.#random() >= 1 / every) return null;
    const moment = this.#random();
    if (moment < 0.25) return { at: 'before' };
    return moment < 0.5 ? { at: 'after' } : { at: 'during', ms: Math.floor(this.#random() * 400) };
  }
}

export const plan = new ResetPlan();

const resettable = new Map<string, DurableObjectId>();

/** Calls `resetNow` of every object that has lived in this process and may be reset. */
export async function resetAll(namespace: Namespace<unknown>): Promise<void> {
  const ends = [...resettable.values()].map((id) => callReset(namespace.get(id)));
  await Promise.allSettled(ends);
}

async function callReset(stub: object): Promise<void> {
  const call: unknown = Reflect.get(stub, 'resetNow');
  if (typeof call === 'function') await Reflect.apply(call, stub, []);
}

/** Notes an object that has a method `resetNow`. */
export function mayBeReset({ id }: DurableObjectState): void {
  resettable.set(id.toString(), id);
}

/** Resets an object: its memory goes, its storage stays, whoever waits for it gets the runtime's own error. */
export function reset(ctx: DurableObjectState): void {
  meter.resets += 1;
  console.warn(resetLine);
  ctx.abort(reason);
}

/** Makes a call of an object, which may be reset meanwhile by plan. */
export async function callMayReset({ ctx, context }: Life, call: () => Promise<unknown>): Promise<unknown> {
  const moment = plan.next(context.options);
  if (moment?.at === 'before') reset(ctx);
  if (moment?.at === 'during') setTimeout(() => reset(ctx), moment.ms);
  const answer = await call();
  if (moment?.at !== 'after') return answer;
  await ctx.storage.sync();
  reset(ctx);
  return answer;
}
