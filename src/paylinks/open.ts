import type { Bindings, Config } from '../env.ts';
import { callCoordinator } from './coordinators.ts';

/** Notes that the customer has opened the link of a Paylink that exists. */
export async function openPaylink(env: Bindings, config: Config, paylinkId: string): Promise<void> {
  await callCoordinator(env, config, paylinkId, (coordinator) => coordinator.change(paylinkId, null, { kind: 'open' }));
}
