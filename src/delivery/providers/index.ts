import type { Config } from '../../env.ts';
import type { Channel } from '../../model/delivery.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { CallbackHandler } from '../callback.ts';
import type { InboxWriter, Provider, ProviderName } from '../port.ts';
import { inbox } from './inbox/send.ts';
import { mailchannelsCallback } from './mailchannels/callback.ts';
import { mailchannels } from './mailchannels/send.ts';
import { resendCallback } from './resend/callback.ts';
import { resend } from './resend/send.ts';
import { telnyxCallback } from './telnyx/callback.ts';
import { telnyx } from './telnyx/send.ts';
import { twilioCallback } from './twilio/callback.ts';
import { twilio } from './twilio/send.ts';

type Registered = {
  provider: (config: Config, channel: Channel, inboxWriter: InboxWriter, sandbox: boolean) => Provider;
  /** Reads what the provider posts to `/webhooks/{name}`. null: it posts nothing. */
  callback: CallbackHandler | null;
};

/** Every provider. A new one is a folder, a line here, and its name and secrets in env.ts. */
export const registry: Record<ProviderName, Registered> = {
  inbox: { provider: (_config, channel, inboxWriter, sandbox) => inbox(channel, inboxWriter, sandbox), callback: null },
  mailchannels: { provider: mailchannels, callback: mailchannelsCallback },
  resend: { provider: resend, callback: resendCallback },
  twilio: { provider: twilio, callback: twilioCallback },
  telnyx: { provider: telnyx, callback: telnyxCallback },
};

/** Whether the inbox plays the providers and the customer: for merchants in test mode, and in a local run. */
export const hasSandbox = (config: Pick<Config, 'ENVIRONMENT'>, mode: Merchant['mode']): boolean =>
  mode === 'test' || config.ENVIRONMENT === 'local';

/** A channel's providers in the order in which they are asked. A test-mode merchant's messages only ever reach the inbox. */
export function providersFor(
  config: Config,
  channel: Channel,
  mode: Merchant['mode'],
  inboxWriter: InboxWriter,
): Provider[] {
  const configured = channel === 'EMAIL' ? config.EMAIL_PROVIDERS : config.SMS_PROVIDERS;
  const names: readonly ProviderName[] = mode === 'test' ? ['inbox'] : configured;
  return names.map((name) => registry[name].provider(config, channel, inboxWriter, hasSandbox(config, mode)));
}

/** The providers that report to us, by name. */
export const callbackHandlers: ReadonlyMap<string, CallbackHandler> = new Map(
  Object.entries(registry).flatMap(([name, { callback }]) => (callback ? [[name, callback] as const] : [])),
);

/**
 * The provider to ask next: the first one not tried yet and not to be skipped (its breaker is open). When all that are left would be
 * skipped, the first of them is asked anyway: a doubtful provider beats none. null: every one was tried.
 */
export function nextProvider<T extends { readonly name: ProviderName }>(
  ordered: readonly T[],
  tried: readonly string[],
  skip: readonly string[],
): T | null {
  const left = ordered.filter(({ name }) => !tried.includes(name));
  return left.find(({ name }) => !skip.includes(name)) ?? left[0] ?? null;
}
