import { inContext, PlatformContext } from './context.ts';
import { meter } from './meter.ts';
import type { PlatformOptions } from './options.ts';
import { withMethods } from './proxy.ts';

/** An invocation of the Worker. Its caller gone or answered, it lives while something is under `waitUntil`; at 29 s everything ends. */
export class Invocation extends PlatformContext {
  readonly over: Promise<void>;
  #resolve: () => void = () => {};
  #pending = 0;
  #isAlone = false;

  constructor(options: PlatformOptions) {
    super('invocation', options);
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Nobody waits for its answer any more. */
  leaveAlone(): void {
    this.#isAlone = true;
    if (this.#pending === 0) this.end();
  }

  waitUntil(work: Promise<unknown>): void {
    this.#pending += 1;
    const done = () => {
      this.#pending -= 1;
      if (this.#isAlone && this.#pending === 0) this.end();
    };
    work.then(done, done);
  }

  override end(): void {
    if (this.ended) return;
    super.end();
    this.#resolve();
  }
}

/**
 * Runs a handler as one invocation. What the runtime is told to wait for is the invocation's own end: then it tears everything down
 * by itself, timers and calls included.
 * @param signal aborts when the caller hangs up @returns null when the invocation ended first
 */
export async function invoke<T>(
  options: PlatformOptions,
  real: ExecutionContext,
  signal: AbortSignal | null,
  handle: (ctx: ExecutionContext) => Promise<T> | T,
): Promise<T | null> {
  const invocation = new Invocation(options);
  const life = setTimeout(() => {
    meter.endedAtItsLimit += 1;
    invocation.end();
  }, options.PLATFORM_LIFE_MS);
  signal?.addEventListener('abort', () => {
    meter.hungUp += 1;
    invocation.leaveAlone();
  });
  const isKept = options.PLATFORM_WAIT_UNTIL === 'kept';
  const ctx = withMethods(real, (name) => (name === 'waitUntil' ? (work) => isKept && register(work) : null));
  const register = (work: unknown) => invocation.waitUntil(Promise.resolve(work));
  real.waitUntil(invocation.over.then(() => clearTimeout(life)));
  const handled = inContext(invocation, async () => await handle(ctx));
  const answer = await Promise.race([handled, invocation.over.then(() => null)]);
  invocation.leaveAlone();
  return answer;
}
