import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { MerchantGate } from '../../src/admission/merchant-limiter.ts';
import app from '../../src/app.ts';
import type { Bindings } from '../../src/env.ts';
import { PaylinkCoordinator } from '../../src/paylinks/coordinator/coordinator.ts';
import type { CoordinatorRpc } from '../../src/paylinks/coordinator/rpc.ts';
import { RowCounter } from './counted-rows.ts';
import { countedDatabase, TripLog } from './trips.ts';

/** The gateway with bindings that note every trip, at the edge and inside its coordinators. */
export class CountedGateway {
  readonly bindings: Bindings;
  #log = new TripLog();
  readonly #coordinators = new Map<string, PaylinkCoordinator>();
  readonly #ids = new Map<string, DurableObjectId>();
  readonly #merchantGates = new Map<string, MerchantGate>();
  /** The rows that the objects write to their own storage. */
  readonly objectRows = new RowCounter();

  constructor(variables: Partial<Bindings>) {
    // One database for good; what it notes goes to the log of the moment.
    const current = new Proxy(this.#log, { get: (_, name) => this.#bound(name) });
    const plain: Bindings = { ...env, ...variables, DB: countedDatabase(env.DB, current) };
    this.bindings = { ...plain, GATE: this.#gates(), COORDINATOR: this.#namespace(plain) };
    const real = globalThis.fetch;
    vi.spyOn(globalThis, 'fetch').mockImplementation((...args: Parameters<typeof fetch>) =>
      this.#log.during('fetch', () => real(...args)),
    );
  }

  /** Has the gateway answer one request; the trips of exactly this request. */
  async ask(request: Request): Promise<{ response: Response; log: TripLog }> {
    this.#log = new TripLog();
    const log = this.#log;
    const ctx = createExecutionContext();
    const response = await app.fetch(request, this.bindings, ctx);
    await waitOnExecutionContext(ctx);
    return { response, log };
  }

  /** Notes what `work` does by itself, as the cron or the Queue's consumer does. */
  async during<T>(work: (bindings: Bindings) => Promise<T>): Promise<{ result: T; log: TripLog }> {
    this.#log = new TripLog();
    const log = this.#log;
    return { result: await work(this.bindings), log };
  }

  /** Has every coordinator's alarm ring at `now` (ms). */
  async ring(now: number): Promise<TripLog> {
    const { log } = await this.during(async () => {
      for (const [id, coordinator] of this.#coordinators) {
        await runInDurableObject(env.COORDINATOR.get(this.#idOf(id)), async () => {
          coordinator.clock = () => now;
          await coordinator.alarm();
          coordinator.clock = () => Date.now();
        });
      }
    });
    return log;
  }

  #idOf(text: string): DurableObjectId {
    const id = this.#ids.get(text);
    if (!id) throw new Error(`no coordinator ${text}`);
    return id;
  }

  #bound(name: string | symbol): unknown {
    const value = Reflect.get(this.#log, name);
    return typeof value === 'function' ? value.bind(this.#log) : value;
  }

  #gates(): Bindings['GATE'] {
    const log = () => this.#log;
    const stub = (real: ReturnType<Bindings['GATE']['get']>) =>
      new Proxy(real, {
        get: (target, name) =>
          name === 'admit'
            ? (request: Parameters<typeof real.admit>[0]) =>
                log().during('gate', () =>
                  runInDurableObject(target, (_, state) => this.#gate(target.id.toString(), state).admit(request)),
                )
            : Reflect.get(target, name),
      });
    return new Proxy(env.GATE, {
      get: (target, name) =>
        name === 'get'
          ? (...args: Parameters<typeof target.get>) => stub(target.get(...args))
          : Reflect.get(target, name).bind(target),
    });
  }

  #gate(id: string, state: DurableObjectState): MerchantGate {
    const known = this.#merchantGates.get(id) ?? new MerchantGate(this.objectRows.counted(state, 'gate'), env);
    this.#merchantGates.set(id, known);
    return known;
  }

  /** Coordinators that live in the real objects but have these bindings. */
  #namespace(inside: Bindings): Bindings['COORDINATOR'] {
    const call =
      <A extends unknown[], R>(id: DurableObjectId, run: (coordinator: CoordinatorRpc, ...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        const log = this.#log;
        const trip = log.begin('coordinator');
        return runInDurableObject(env.COORDINATOR.get(id), async (_, state) => {
          log.end(trip);
          const own = this.objectRows.counted(state, 'coordinator');
          const known = this.#coordinators.get(id.toString()) ?? new PaylinkCoordinator(own, inside);
          this.#coordinators.set(id.toString(), known);
          this.#ids.set(id.toString(), id);
          return run(known, ...args);
        });
      };
    return new Proxy(env.COORDINATOR, {
      get: (target, name) =>
        name === 'get'
          ? (id: DurableObjectId): CoordinatorRpc => ({
              create: call(id, (coordinator, command: Parameters<CoordinatorRpc['create']>[0]) =>
                coordinator.create(command),
              ),
              claim: call(id, (coordinator, command: Parameters<CoordinatorRpc['claim']>[0]) =>
                coordinator.claim(command),
              ),
              report: call(id, (coordinator, command: Parameters<CoordinatorRpc['report']>[0]) =>
                coordinator.report(command),
              ),
              awaitOperation: call(id, (coordinator, command: Parameters<CoordinatorRpc['awaitOperation']>[0]) =>
                coordinator.awaitOperation(command),
              ),
              release: call(id, (coordinator, command: Parameters<CoordinatorRpc['release']>[0]) =>
                coordinator.release(command),
              ),
              change: call(id, (coordinator, ...args: Parameters<CoordinatorRpc['change']>) =>
                coordinator.change(...args),
              ),
              deliveryEvents: call(id, (coordinator, events: Parameters<CoordinatorRpc['deliveryEvents']>[0]) =>
                coordinator.deliveryEvents(events),
              ),
              expire: call(id, (coordinator, ids: string[]) => coordinator.expire(ids)),
              ping: call(id, (coordinator) => coordinator.ping()),
              send: call(id, (coordinator, command: Parameters<CoordinatorRpc['send']>[0]) =>
                coordinator.send(command),
              ),
            })
          : Reflect.get(target, name).bind(target),
    });
  }
}
