import { deriveKey, type SecretsKey } from './auth/secrets.ts';

/** The key under which recipients are hashed. */
export const recipientKey = (config: SecretsKey): Promise<CryptoKey> => deriveKey(config, 'recipient-hash');
