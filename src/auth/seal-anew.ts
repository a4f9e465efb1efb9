import type { Bindings, Config } from '../env.ts';
import { log } from '../lib/log.ts';
import { areKeysChanging, openSecret, sealedPrefix, sealSecret } from '../lib/secrets.ts';
import { recipientKeyAndSource } from '../paylinks/recipients/recipient-key.ts';
import { countSealedOtherwise, replaceSealed, sealedOtherwise } from '../store/sealed-secrets.ts';

/** Values sealed anew in one run of the cron. */
const STEP = 200;

/**
 * While keys are changed: seals with SECRETS_KEY what does not name it, a step at a time, and logs how far it is. `left` is what previous
 * keys may still be needed for, `unreadable` what none of the keys has opened in this step.
 */
export async function sweepSecrets(env: Bindings, config: Config): Promise<void> {
  if (!areKeysChanging(config)) return;
  const prefix = await sealedPrefix(config);
  const found = await sealedOtherwise(env.DB, prefix, STEP);
  const sealed = await Promise.all(
    found.map(async (one) => {
      const secret = await openSecret(config, one.id, one.sealed).catch(() => null);
      return secret === null ? null : { ...one, fresh: await sealSecret(config, one.id, secret) };
    }),
  );
  const fresh = sealed.filter((one) => one !== null);
  await replaceSealed(env.DB, fresh);
  const { source } = await recipientKeyAndSource(env.DB, config);
  log('info', 'secrets_sealed_anew', {
    sealed: fresh.length,
    unreadable: found.length - fresh.length,
    left: await countSealedOtherwise(env.DB, prefix),
    recipientHashKey: source,
  });
}

/** How far the change of SECRETS_KEY is: how many values previous keys may still be needed for. */
export async function howFarSealed(env: Bindings, config: Config): Promise<{ changing: boolean; left: number }> {
  if (!areKeysChanging(config)) return { changing: false, left: 0 };
  return { changing: true, left: await countSealedOtherwise(env.DB, await sealedPrefix(config)) };
}
