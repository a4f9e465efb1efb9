import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Message, Provider, ProviderName, ProviderOutcome, Settle } from '../../../src/delivery/port.ts';
import type { Channel } from '../../../src/model.ts';
import { coordinatorOf } from '../../../src/paylink-id.ts';
import { PaylinkCoordinator } from '../../../src/paylinks/coordinator/coordinator.ts';

/** The stub of the coordinator that writes this Paylink. */
export const coordinatorStub = (paylinkId: string) =>
  env.COORDINATOR.get(env.COORDINATOR.idFromName(`paylinks-${coordinatorOf(paylinkId)}`));

/** Runs `work` inside the Paylink's coordinator. */
export const inCoordinator = <T>(
  paylinkId: string,
  work: (coordinator: PaylinkCoordinator, state: DurableObjectState) => T | Promise<T>,
) =>
  runInDurableObject(coordinatorStub(paylinkId), (instance, state) => {
    if (!(instance instanceof PaylinkCoordinator)) throw new Error('not a coordinator');
    return work(instance, state);
  });

export type Script = (message: Message) => Promise<ProviderOutcome> | ProviderOutcome;

/** A provider at the port: counts what reached it and answers as the script says. */
export function scripted(name: ProviderName, channel: Channel, script: Script, settle: Settle | null = null) {
  const received: Message[] = [];
  const provider: Provider = {
    name,
    channel,
    ...(settle ? { settles: 'repeat', settle } : { settles: null, settle: null }),
    send: async (message) => {
      received.push(message);
      return script(message);
    },
  };
  return { provider, received };
}

/** Has the Paylink's coordinator use these providers (and this clock) from now on. */
export const usingProviders = (paylinkId: string, providers: Provider[], clock?: () => number) =>
  inCoordinator(paylinkId, (coordinator) => {
    coordinator.providersFor = (_config, channel) => providers.filter((provider) => provider.channel === channel);
    coordinator.clock = clock ?? (() => Date.now());
  });
