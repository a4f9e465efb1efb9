import { byMethod, nothingHere, type Routes } from '../routing.ts';
import { listAll } from './audit.ts';
import { adminCredentials } from './credentials.ts';
import { health } from './health.ts';
import { changeMerchant, createMerchant, listPageOfMerchants, readMerchant } from './merchants.ts';
import { operatorOnly } from './operator.ts';

const { list, issue, expire, revoke } = adminCredentials;

const routes: Routes = {
  '/admin/merchants': byMethod({ GET: listPageOfMerchants, POST: createMerchant }),
  '/admin/merchants/:id': byMethod({ GET: readMerchant, PATCH: changeMerchant }),
  '/admin/merchants/:id/credentials': byMethod({ GET: list, POST: issue }),
  '/admin/merchants/:id/credentials/:credentialId': byMethod({ PATCH: expire, DELETE: revoke }),
  '/admin/audit': byMethod({ GET: listAll }),
  '/admin/health': byMethod({ GET: health }),
  '/admin/*': nothingHere,
};

/** The operator's routes: merchants and their credentials. Everyone else gets 401 for any path below `/admin`. */
export const adminRoutes: Routes = Object.fromEntries(
  Object.entries(routes).map(([path, handle]) => [path, operatorOnly(handle)]),
);
