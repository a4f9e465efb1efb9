import type { Bindings, Config } from '../../env.ts';
import { callObject } from '../../lib/durable-object-call.ts';
import { coordinatorOf } from '../../paylink-id.ts';
import type { CoordinatorRpc } from './rpc.ts';

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

/**
 * Calls a Paylink's coordinator; once more when it was lost. The call (told whether it is made `again`) must be safe to repeat: sends
 * carry an operation id, changes settle to the same state.
 */
export const callCoordinator = <T>(
  env: Bindings,
  config: Config,
  paylinkId: string,
  call: (coordinator: CoordinatorRpc, again: boolean) => Promise<T>,
): Promise<T> => callObject((again) => call(stubOf(env, config, paylinkId), again));
