import { callerActor } from '../../audit/record.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { credentialHandlers } from '../credential-handlers.ts';
import { byMethod, type Routes } from '../routing.ts';

const { list, issue, expire, revoke } = credentialHandlers({
  of: async (c) => {
    const caller = callerOf(c);
    const { merchant, scopes } = caller;
    const by = {
      db: c.env.DB,
      config: c.get('config'),
      merchantId: merchant.id,
      actor: callerActor(caller),
      scopes,
      now: c.get('now'),
    };
    return { by, mode: merchant.mode, path: '/credentials' };
  },
});

/** A merchant's own credentials. Static paths: they come before those of Paylinks. */
export const credentialRoutes: Routes = {
  '/credentials': byMethod({ GET: authenticated(list), POST: authenticated(issue) }),
  '/credentials/:credentialId': byMethod({ PATCH: authenticated(expire), DELETE: authenticated(revoke) }),
};
