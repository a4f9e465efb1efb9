import type { Bindings, Config } from '../env.ts';
import { recipientKey } from '../secrets.ts';
import { type ReportingProvider, storeOptEvent } from '../store/provider-events.ts';
import { recipientHash } from './recipient.ts';

/**
 * A customer told our number to stop, or to start again. The number is shared by all merchants, so a STOP binds every one of them; a
 * START lifts what STOPs have suppressed. Durable once this returns; a repeat (`key`, the provider's id of the message) changes nothing.
 * @param from E.164 @param now ms
 */
export async function recordOpt(
  env: Bindings,
  config: Config,
  opt: { provider: ReportingProvider; kind: 'stop' | 'start'; from: string; key: string },
  now: number,
): Promise<void> {
  const { provider, kind, from, key } = opt;
  const hash = await recipientHash(await recipientKey(config), 'SMS', from);
  await storeOptEvent(env.DB, { id: `${provider}:${key.slice(0, 200)}`, provider, kind, recipientHash: hash }, now);
}
