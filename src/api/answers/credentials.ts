import * as z from 'zod';
import { Scope } from '../../model/caller.ts';
import { MaybeTime, Time } from './common.ts';

export const Credential = z.strictObject({
  id: z.guid(),
  merchantId: z.guid(),
  scheme: z.enum(['hmac', 'skipify', 'bearer']),
  label: z.nullable(z.string()),
  scopes: z.array(Scope),
  createdAt: Time,
  expiresAt: MaybeTime,
  revokedAt: MaybeTime,
  lastUsedAt: MaybeTime,
});
/** With the secret or API key, which only this answer shows. */
export const IssuedCredential = z.strictObject({ ...Credential.shape, secret: z.string() });
export const Credentials = z.strictObject({ data: z.array(Credential) });
