import * as z from 'zod/mini';
import type { Merchant } from './merchant.ts';

/** What a credential may do; http/access.ts says what each is needed for. */
export const scopes = [
  'paylinks:read',
  'paylinks:write',
  'paylinks:send',
  'payments:write',
  'recipients:erase',
  'webhooks:manage',
  'settings:manage',
  'credentials:manage',
] as const;
export const Scope = z.enum(scopes);
export type Scope = z.infer<typeof Scope>;

/**
 * Who acts: the authenticated merchant, by which credential, what people call that, and what it may do (null: everything). `manners`: its
 * requests are signed as a vendor's SDK does, so it is answered as that vendor would.
 */
export type Caller = {
  merchant: Merchant;
  credentialId: string;
  label: string | null;
  scopes: readonly Scope[] | null;
  manners?: 'skipify';
};

/** Who did something, as the audit log names them. `id`: a credential's; an operator's email; a provider's name. */
export type Actor = {
  kind: 'credential' | 'operator' | 'customer' | 'provider' | 'gateway';
  id: string | null;
  label: string | null;
};
