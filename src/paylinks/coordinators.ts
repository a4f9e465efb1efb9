import type { Bindings, Config } from '../env.ts';
import type { CoordinatorRpc } from './coordinator-rpc.ts';
import { coordinatorOf } from './id.ts';

const ids = new Map<string, DurableObjectId>();

/** The coordinator that writes this Paylink; its number is in the id, so the pool's size does not matter here. */
function stubOf(env: Bindings, config: Config, paylinkId: string): CoordinatorRpc {
  const name = `paylinks-${coordinatorOf(paylinkId)}`;
  let id = ids.get(name);
  if (!id) {
    id = env.COORDINATOR.idFromName(name);
    ids.set(name, id);
  }
  return env.COORDINATOR.get(id, config.LOCATION_HINT ? { locationHint: config.LOCATION_HINT } : {});
}

const flag = (error: unknown, name: 'retryable' | 'overloaded'): boolean =>
  typeof error === 'object' && error !== null && name in error && Reflect.get(error, name) === true;

/**
 * Calls a Paylink's coordinator; once more on a new stub when the first was lost (`.retryable`), never when it is overloaded. The
 * call (told whether it is made `again`) must be safe to repeat: sends carry an operation id, changes settle to the same state.
 */
export async function callCoordinator<T>(
  env: Bindings,
  config: Config,
  paylinkId: string,
  call: (coordinator: CoordinatorRpc, again: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await call(stubOf(env, config, paylinkId), false);
  } catch (error) {
    if (!flag(error, 'retryable') || flag(error, 'overloaded')) throw error;
    return await call(stubOf(env, config, paylinkId), true);
  }
}
