import { isOperator } from '../../auth/api-key.ts';
import { unauthenticated } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import type { Handle } from '../app-env.ts';
import { problem } from '../problem.ts';
import { byMethod, nothingHere, type Routes } from '../routing.ts';
import { expire, issue, list, revoke } from './credentials.ts';
import { changeMerchant, createMerchant, listPageOfMerchants, readMerchant } from './merchants.ts';

/** For the operator only: `Authorization: Bearer ADMIN_TOKEN`. Without a configured token, nobody is the operator. */
const operatorOnly =
  (handle: Handle): Handle =>
  async (c) => {
    if (!(await isOperator(c.get('config'), c.req.header('authorization') ?? null))) {
      log('warn', 'operator_refused', { requestId: c.get('requestId') });
      return problem(c, unauthenticated);
    }
    const response = await handle(c);
    response.headers.set('cache-control', 'no-store');
    return response;
  };

const routes: Routes = {
  '/admin/merchants': byMethod({ GET: listPageOfMerchants, POST: createMerchant }),
  '/admin/merchants/:id': byMethod({ GET: readMerchant, PATCH: changeMerchant }),
  '/admin/merchants/:id/credentials': byMethod({ GET: list, POST: issue }),
  '/admin/merchants/:id/credentials/:credentialId': byMethod({ PATCH: expire, DELETE: revoke }),
  '/admin/*': nothingHere,
};

/** The operator's routes: merchants and their credentials. Everyone else gets 401 for any path below `/admin`. */
export const adminRoutes: Routes = Object.fromEntries(
  Object.entries(routes).map(([path, handle]) => [path, operatorOnly(handle)]),
);
