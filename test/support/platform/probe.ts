// A worker that does as it is told, to show what the harness does to it.
import './fetch.ts';
import { DurableObject } from 'cloudflare:workers';
import type { Bindings } from '../../../src/env.ts';
import { LoadingCache } from '../../../src/lib/loading-cache.ts';
import { insideObject } from './bindings.ts';
import { withManners } from './handler.ts';
import { beginLife } from './lives.ts';
import { hostMethods } from './objects.ts';
import { callMayReset, mayBeReset, reset } from './resets.ts';

/** Calls `to` so often at once. @returns how each ended */
const callAll = (to: string, times: number): Promise<string[]> =>
  Promise.all(Array.from({ length: times }, async () => String((await fetch(to)).status)));

class BareProbe extends DurableObject<Bindings> {
  #inMemory = 0;

  callAll(to: string, times: number): Promise<string[]> {
    return callAll(to, times);
  }

  /** Counts in storage and in memory. */
  remember(): { stored: number; inMemory: number } {
    const stored = (this.ctx.storage.kv.get<number>('times') ?? 0) + 1;
    this.ctx.storage.kv.put('times', stored);
    this.#inMemory += 1;
    return { stored, inMemory: this.#inMemory };
  }
}

export class Probe extends BareProbe {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, insideObject(env, beginLife(ctx, env)));
    mayBeReset(ctx);
  }

  async resetNow(): Promise<void> {
    reset(this.ctx);
  }
}
hostMethods(Probe, BareProbe, callMayReset);

async function askObject(env: Bindings, method: string, ...args: unknown[]): Promise<unknown> {
  const stub: object = env.COORDINATOR.get(env.COORDINATOR.idFromName('probe'));
  const call: unknown = Reflect.get(stub, method);
  if (typeof call !== 'function') throw new Error(`the probe has no ${method}`);
  try {
    return await Reflect.apply(call, stub, args);
  } catch (error) {
    return { error: String(error), isReset: error instanceof Error && Reflect.get(error, 'durableObjectReset') };
  }
}

const bounds = { max: 1, maxAgeMs: 60_000 };
const shared = new LoadingCache<string>({ known: bounds, absent: bounds });

export default withManners({
  fetch: async (request, env, ctx) => {
    const { pathname, searchParams } = new URL(request.url);
    const to = searchParams.get('to') ?? '';
    const times = Number(searchParams.get('times'));
    const steps = async () => {
      for (const step of ['first', 'second']) await fetch(`${to}/${step}`);
      return 'done';
    };
    switch (pathname) {
      case '/worker':
        return Response.json(await callAll(to, times));
      case '/object':
        return Response.json(await askObject(env, 'callAll', to, times));
      case '/remember':
        return Response.json(await askObject(env, 'remember'));
      // Calls as often as told, and once more with no patience; answers what became of the last.
      case '/impatient': {
        ctx.waitUntil(callAll(to, times));
        const last = fetch(to, { signal: AbortSignal.timeout(1) });
        return Response.json(await last.then(({ status }) => status).catch((error: Error) => error.name));
      }
      // Asks D1 and an object while calls wait.
      case '/beside': {
        ctx.waitUntil(callAll(to, times));
        const database = env.DB.prepare('SELECT 1 AS one').first('one');
        return Response.json([await database, await askObject(env, 'callAll', to, 0)]);
      }
      // Loads what the isolate shares, under nobody's waitUntil.
      case '/shared': {
        const load = async () => String((await fetch(`${to}/load`)).status);
        return Response.json(await shared.get('one', Date.now(), load));
      }
      case '/kept': {
        const work = steps();
        ctx.waitUntil(work);
        return Response.json(await work);
      }
      default:
        return Response.json(await steps());
    }
  },
});
