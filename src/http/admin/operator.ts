import type { Context } from 'hono';
import { isOperator } from '../../auth/api-key.ts';
import { refusal, unauthenticated } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import type { Actor } from '../../model/caller.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { failedAuthentication } from '../authenticated.ts';
import { problem } from '../problem.ts';
import { AccessUnavailable, operatorByAccess } from './cloudflare-access.ts';

/** Who signs with the token. */
export const byToken: Actor = { kind: 'operator', id: null, label: 'ADMIN_TOKEN' };

/** Who came through Cloudflare Access. */
export const byAccess = (email: string): Actor => ({ kind: 'operator', id: email, label: 'Cloudflare Access' });

export const accessUnavailable = refusal('unavailable', 'Cloudflare Access could not be asked. Try again.', {
  retryAfterSeconds: 5,
});

/**
 * The operator of a request: whoever has ADMIN_TOKEN (or the previous one), or came through Cloudflare Access where that is configured.
 * null: nobody. Without either configured, nobody is the operator. @throws AccessUnavailable
 */
export async function identifyOperator(c: Context<AppEnv>): Promise<Actor | null> {
  const config = c.get('config');
  if (await isOperator(config, c.req.header('authorization') ?? null)) return byToken;
  const email = await operatorByAccess(c, config);
  return email === null ? null : byAccess(email);
}

/** For the operator only. */
export const operatorOnly =
  (handle: Handle): Handle =>
  async (c) => {
    let operator: Actor | null;
    try {
      operator = await identifyOperator(c);
    } catch (error) {
      if (!(error instanceof AccessUnavailable)) throw error;
      log('error', 'access_unavailable', { requestId: c.get('requestId'), error: error.message });
      return problem(c, accessUnavailable);
    }
    if (!operator) {
      log('warn', 'operator_refused', { requestId: c.get('requestId') });
      return problem(c, await failedAuthentication(c, unauthenticated));
    }
    c.set('operator', operator);
    const response = await handle(c);
    response.headers.set('cache-control', 'no-store');
    return response;
  };

/** The operator of this request. @throws Error on a route that is not for operators */
export function operatorOf(c: Context<AppEnv>): Actor {
  const operator = c.get('operator');
  if (!operator) throw new Error('this route does not ask for the operator');
  return operator;
}
