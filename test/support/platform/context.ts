import { AsyncLocalStorage } from 'node:async_hooks';
import { Connections } from './connections.ts';
import type { Kind } from './meter.ts';
import type { PlatformOptions } from './options.ts';

export type IoKind = 'fetch' | 'queue' | 'd1' | 'rpc';

const never = () => new Promise<never>(() => {});

/** One I/O context: an invocation of the Worker, or a life of an object with all its requests. */
export class PlatformContext {
  readonly #connections: Connections;
  readonly options: PlatformOptions;
  #ended = false;

  constructor(kind: Kind, options: PlatformOptions) {
    this.options = options;
    this.#connections = new Connections(kind, options.PLATFORM_CONNECTIONS);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** From now on no I/O of this context completes, and none begins. */
  end(): void {
    this.#ended = true;
  }

  /** Does I/O as the platform would: late, on one of few connections, and not at all once the context has ended. */
  async io<T>(kind: IoKind, work: () => Promise<T>, signal?: AbortSignal | null): Promise<T> {
    const late = this.#latency(kind);
    if (late > 0) await scheduler.wait(late);
    const begin = () => (this.#ended ? never() : work());
    try {
      return await (this.#takesConnection(kind) ? this.#connections.hold(begin, signal) : begin());
    } finally {
      if (this.#ended) await never();
    }
  }

  #latency(kind: IoKind): number {
    if (kind === 'rpc') return this.options.PLATFORM_RPC_MS;
    return kind === 'd1' ? this.options.PLATFORM_D1_MS : 0;
  }

  #takesConnection(kind: IoKind): boolean {
    return kind === 'fetch' || kind === 'queue' || this.options.PLATFORM_COUNTS === 'all';
  }
}

const current = new AsyncLocalStorage<PlatformContext>();

export const inContext = <T>(context: PlatformContext, work: () => T): T => current.run(context, work);

export const isInside = (context: PlatformContext): boolean => current.getStore() === context;

/** The context of whoever calls. @throws Error outside of all: such I/O would escape the harness unseen */
export function contextNow(): PlatformContext {
  const context = current.getStore();
  if (!context) throw new Error('I/O outside of any context');
  return context;
}
