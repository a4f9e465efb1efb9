import type { Config } from '../../env.ts';
import type { Channel, Merchant } from '../../model.ts';
import type { InboxWriter, Provider, ProviderName } from '../port.ts';
import { inbox } from './inbox/send.ts';
import { mailchannels } from './mailchannels/send.ts';
import { resend } from './resend/send.ts';
import { telnyx } from './telnyx/send.ts';
import { twilio } from './twilio/send.ts';

/**
 * The provider to ask next: the first one not tried yet and not to be skipped (its breaker is open). When all that are left would be
 * skipped, the first of them is asked anyway: a doubtful provider beats none. null: every one was tried.
 */
export function nextProvider<T extends { readonly name: ProviderName }>(
  ordered: readonly T[],
  tried: readonly ProviderName[],
  skip: readonly ProviderName[],
): T | null {
  const left = ordered.filter(({ name }) => !tried.includes(name));
  return left.find(({ name }) => !skip.includes(name)) ?? left[0] ?? null;
}

const factories = { mailchannels, resend, twilio, telnyx };
type Remote = keyof typeof factories;

const remotes = new WeakMap<Config, Map<Remote, Provider>>();
const inboxes = new WeakMap<InboxWriter, Record<Channel, Provider>>();

/**
 * A channel's providers in the order they are tried. A test-mode merchant's messages only ever reach the inbox. Providers are built once
 * for each configuration, inboxes once for each writer.
 */
export function providersFor(
  config: Config,
  channel: Channel,
  mode: Merchant['mode'],
  inboxWriter: InboxWriter,
): Provider[] {
  if (mode === 'test') return [inboxOf(inboxWriter, channel)];
  const names = channel === 'EMAIL' ? config.EMAIL_PROVIDERS : config.SMS_PROVIDERS;
  return names.map((name) => (name === 'inbox' ? inboxOf(inboxWriter, channel) : remoteOf(config, name)));
}

function inboxOf(write: InboxWriter, channel: Channel): Provider {
  const known = inboxes.get(write);
  if (known) return known[channel];
  const made = { EMAIL: inbox('EMAIL', write), SMS: inbox('SMS', write) };
  inboxes.set(write, made);
  return made[channel];
}

function remoteOf(config: Config, name: Remote): Provider {
  const known = remotes.get(config) ?? new Map<Remote, Provider>();
  remotes.set(config, known);
  const provider = known.get(name) ?? factories[name](config);
  known.set(name, provider);
  return provider;
}
