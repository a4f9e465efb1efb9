import type { Provider } from '../delivery/port.ts';
import { providersFor } from '../delivery/providers/index.ts';
import type { Bindings, Config } from '../env.ts';
import type { Slots } from '../lib/slots.ts';
import type { Timings } from '../lib/timings.ts';
import type { Caller } from '../model/caller.ts';
import type { Channel } from '../model/delivery.ts';
import type { Merchant } from '../model/merchant.ts';
import type { EventActor } from '../model/paylink-event.ts';
import { insertInboxMessage } from '../store/inbox.ts';

/** The providers of a channel for a merchant's mode, in fail-over order. */
export type ProvidersFor = (channel: Channel, mode: Merchant['mode']) => Provider[];

/** What every verb is told besides its input: who asks, with what, when its invocation began (ms). */
export type Context = {
  env: Bindings;
  config: Config;
  caller: Caller;
  requestId: string;
  now: number;
  timings: Timings;
  /** Has work go on when the answer is out, or the caller has hung up. */
  waitUntil: (work: Promise<unknown>) => void;
  /** For calls to the outside: the platform gives an invocation six connections, four of which are theirs. */
  slots: Slots;
  providersFor: ProvidersFor;
  traceparent?: string;
};

/** Outside calls of one invocation at a time. */
export const MAX_CALLS = 4;

/** The configured providers; the inbox keeps its messages in D1. */
export const configuredProviders =
  (env: Bindings, config: Config): ProvidersFor =>
  (channel, mode) =>
    providersFor(config, channel, mode, (message) => insertInboxMessage(env.DB, { ...message, readAt: null }));

/** Who a change is by, for its event. */
export const actorOf = ({ caller }: Context): EventActor => ({
  credentialId: caller.credentialId,
  label: caller.label,
});
