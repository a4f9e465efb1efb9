import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { providerBreaker } from '../../../src/delivery/circuit-breaker.ts';
import type { Message, Provider, ProviderName, ProviderOutcome, Settle } from '../../../src/delivery/port.ts';
import type { Channel } from '../../../src/model/delivery.ts';
import { coordinatorOf } from '../../../src/paylink-id.ts';
import type { ProvidersFor } from '../../../src/paylinks/context.ts';
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
export function scripted(
  name: ProviderName,
  channel: Channel,
  script: Script,
  settle: Settle | null = null,
  settles: 'lookup' | 'repeat' = name === 'twilio' ? 'lookup' : 'repeat',
) {
  const received: Message[] = [];
  const provider: Provider = {
    name,
    channel,
    ...(settle ? { settles, settle } : { settles: null, settle: null }),
    send: async (message) => {
      received.push(message);
      return script(message);
    },
  };
  return { provider, received };
}

/** By the number of the coordinator. */
const scripts = new Map<number, ProvidersFor>();

/** The providers that sends of this Paylink's coordinator ask, if a test scripted them. */
export const scriptedFor = (paylinkId: string): ProvidersFor | undefined => scripts.get(coordinatorOf(paylinkId));

/** Has the Paylink's coordinator, and the sends that it grants, use these providers (and the coordinator this clock) from now on. */
export function usingProviders(paylinkId: string, providers: Provider[], clock?: () => number): Promise<void> {
  const providersFor: ProvidersFor = (channel) => providers.filter((provider) => provider.channel === channel);
  scripts.set(coordinatorOf(paylinkId), providersFor);
  // What an earlier test had them refuse must not have this one's sends skip them.
  for (const { name } of providers) providerBreaker.record(name, { kind: 'accepted' }, Date.now());
  return inCoordinator(paylinkId, (coordinator) => {
    coordinator.providersFor = providersFor;
    coordinator.clock = clock ?? (() => Date.now());
  });
}
