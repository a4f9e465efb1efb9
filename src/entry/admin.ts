import type { Hono, MiddlewareHandler } from 'hono';
import { isOperator } from '../auth/operator.ts';
import { refusal } from '../errors.ts';
import { log } from '../log.ts';
import { expire, issue, list, revoke } from './admin-credentials.ts';
import { changeMerchant, createMerchant, listPageOfMerchants, readMerchant } from './admin-merchants.ts';
import type { AppEnv } from './app-env.ts';
import { problem } from './problem.ts';
import { route } from './routes.ts';

/** Lets only the operator through: `Authorization: Bearer ADMIN_TOKEN`. Nobody is the operator while no token is set. */
const operatorOnly: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!(await isOperator(c.get('config'), c.req.header('authorization') ?? null))) {
    log('warn', 'operator_refused', { requestId: c.get('requestId') });
    return problem(c, refusal('unauthenticated', 'The request is not authenticated.'));
  }
  await next();
  c.res.headers.set('cache-control', 'no-store');
};

/** The operator's side: merchants and their credentials. */
export function adminRoutes(app: Hono<AppEnv>): void {
  app.use('/admin/*', operatorOnly);
  route(app, '/admin/merchants', { GET: listPageOfMerchants, POST: createMerchant });
  route(app, '/admin/merchants/:id', { GET: readMerchant, PATCH: changeMerchant });
  route(app, '/admin/merchants/:id/credentials', { GET: list, POST: issue });
  route(app, '/admin/merchants/:id/credentials/:credentialId', { PATCH: expire, DELETE: revoke });
}
