import type { Config } from '../env.ts';
import { type CallbackSecret, ensureCallbackSecret, rotateCallbackSecret } from '../store/callback-secret.ts';
import { SECRET_OVERLAP_MS } from './endpoints.ts';
import { newSecret } from './signature.ts';

/** Makes a merchant's first or next callback secret, which is returned here and never again. For a day the one before signs too. @param now ms @param told for the same batch */
export async function newCallbackSecret(
  db: D1Database,
  config: Config,
  merchantId: string,
  now: number,
  told: D1PreparedStatement | null = null,
): Promise<{ secret: string; stored: CallbackSecret }> {
  const { secret, sealed } = await newSecret(config, merchantId);
  return { secret, stored: await rotateCallbackSecret(db, merchantId, sealed, now + SECRET_OVERLAP_MS, now, told) };
}

/** Who signs for a merchant's callback URLs. A merchant that never asked for its secret gets one that it has yet to ask for, so that nothing goes out unsigned. */
export async function callbackSigner(db: D1Database, config: Config, merchantId: string, now: number) {
  const { sealed } = await newSecret(config, merchantId);
  return ensureCallbackSecret(db, merchantId, sealed, now);
}
