import type { Bindings, Config } from '../../env.ts';
import { callObject } from '../../lib/durable-object-call.ts';
import { coordinatorOf } from '../../paylink-id.ts';
import type { CoordinatorRpc } from './rpc.ts';

/** A new stub of the coordinator that writes this Paylink; its number is in the id, so the pool's size does not matter here. */
export const coordinatorStub = (env: Bindings, config: Config, paylinkId: string): CoordinatorRpc =>
  stubOf(env, config, coordinatorOf(paylinkId));

function stubOf(env: Bindings, config: Config, number: number): CoordinatorRpc {
  const id = env.COORDINATOR.idFromName(`paylinks-${number}`);
  return env.COORDINATOR.get(id, config.LOCATION_HINT ? { locationHint: config.LOCATION_HINT } : {});
}

/**
 * Calls a Paylink's coordinator; once more when it was lost. The call (told whether it is made `again`) must be safe to repeat: every
 * command settles to the same state.
 */
export const callCoordinator = <T>(
  env: Bindings,
  config: Config,
  paylinkId: string,
  call: (coordinator: CoordinatorRpc, again: boolean) => Promise<T>,
): Promise<T> => callObject((again) => call(coordinatorStub(env, config, paylinkId), again));

/** Asks whether coordinators work: the pool's first, whatever its size. @throws what the runtime throws when they do not */
export const pingCoordinator = async (env: Bindings, config: Config): Promise<void> => {
  await callObject(() => stubOf(env, config, 0).ping());
};
