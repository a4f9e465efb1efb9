import type { Context } from 'hono';
import { isRefused, isTooMany, NO_ADDRESS } from '../admission/flood-guard.ts';
import { refusal } from '../errors.ts';
import type { AppEnv } from './app-env.ts';
import { clientAddressOf } from './client-address.ts';
import { faultPage, wantsPage } from './pages/fault-page.tsx';
import { problem } from './problem.ts';

const tooMany = refusal('rate_limited', 'Too many requests from this address for what does not exist.', {
  retryAfterSeconds: 60,
});

const GUARD = 'UNKNOWN_REQUESTS';

/** Whether the address has asked too often for what nobody made, so that nothing is looked up for it. Costs no I/O. */
export const asksInVain = (c: Context<AppEnv>): boolean => isRefused(GUARD, clientAddressOf(c), c.get('now'));

/** Counts a link, a token or a callback that nobody made, where the address is known. @returns whether it is too many */
export async function isOneTooMany(c: Context<AppEnv>): Promise<boolean> {
  const address = clientAddressOf(c);
  return address !== NO_ADDRESS && isTooMany(c.env, GUARD, address, c.get('now'));
}

/** The 429 of such an address. */
export const tooManyUnknown = (c: Context<AppEnv>): Response | Promise<Response> =>
  wantsPage(c) ? faultPage(c, tooMany) : problem(c, tooMany);
