import type { Scope } from '../../../model/caller.ts';
import type { Credential, Scheme } from '../../../store/credentials.ts';
import type { Tone } from '../parts/panel.tsx';

export const schemeWords: Record<Scheme, { text: string; hint: string }> = {
  bearer: { text: 'API key', hint: 'Sent as it is. The simplest; it signs in to this console too.' },
  hmac: { text: 'Signing secret', hint: 'Signs each request (HMAC-SHA256) and is never sent.' },
  skipify: { text: 'skipify key', hint: 'For clients that sign as that vendor’s SDK does. Weaker.' },
};

export const scopeWords: Record<Scope, string> = {
  'paylinks:read': 'Look at Paylinks, recipients and numbers',
  'paylinks:write': 'Create, change and cancel Paylinks',
  'paylinks:send': 'Send Paylinks',
  'payments:write': 'Report payments, settle deliveries',
  'recipients:erase': 'Erase recipients, lift suppressions',
  'webhooks:manage': 'Manage webhook endpoints',
  'settings:manage': 'Change settings',
  'credentials:manage': 'Manage keys',
};

/** Whether a key works, in a word. `now` in ms. */
export function stateOf({ revokedAt, expiresAt }: Credential, now: number): { text: string; tone: Tone } {
  if (revokedAt !== null) return { text: 'Revoked', tone: 'calm' };
  if (expiresAt !== null && expiresAt <= now) return { text: 'Expired', tone: 'calm' };
  return expiresAt === null ? { text: 'Active', tone: 'good' } : { text: 'Ends', tone: 'warn' };
}

/** Whether a key works at `now` (ms). */
export const isGood = ({ revokedAt, expiresAt }: Credential, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);
