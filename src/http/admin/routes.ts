import type { Handle } from '../app-env.ts';
import { byMethod, nothingHere } from '../routing.ts';
import { listAll } from './audit.ts';
import { adminCredentials } from './credentials.ts';
import { health } from './health.ts';
import { changeMerchant, createMerchant, listPageOfMerchants, readMerchant } from './merchants.ts';
import { operatorOnly } from './operator.ts';
import type { AdminPath } from './paths.ts';

const { list, issue, expire, revoke } = adminCredentials;

const routes: { [path in AdminPath]: Handle } = {
  '/admin/merchants': byMethod({ GET: listPageOfMerchants, POST: createMerchant }),
  '/admin/merchants/:id': byMethod({ GET: readMerchant, PATCH: changeMerchant }),
  '/admin/merchants/:id/credentials': byMethod({ GET: list, POST: issue }),
  '/admin/merchants/:id/credentials/:credentialId': byMethod({ PATCH: expire, DELETE: revoke }),
  '/admin/audit': byMethod({ GET: listAll }),
  '/admin/health': byMethod({ GET: health }),
  '/admin/*': nothingHere,
};

/** What answers at one of the operator's paths. Everyone else gets 401 for any path below `/admin`. */
export const adminRoute = (path: AdminPath): Handle => operatorOnly(routes[path]);
