import type { Context } from 'hono';
import { isOperator } from '../../auth/api-key.ts';
import { unauthenticated } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import type { Actor } from '../../model.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { failedAuthentication } from '../authenticated.ts';
import { problem } from '../problem.ts';

const byToken: Actor = { kind: 'operator', id: null, label: 'ADMIN_TOKEN' };

/** For the operator only: `Authorization: Bearer ADMIN_TOKEN`. Without a configured token, nobody is the operator. */
export const operatorOnly =
  (handle: Handle): Handle =>
  async (c) => {
    if (!(await isOperator(c.get('config'), c.req.header('authorization') ?? null))) {
      log('warn', 'operator_refused', { requestId: c.get('requestId') });
      return problem(c, await failedAuthentication(c, unauthenticated));
    }
    c.set('operator', byToken);
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
