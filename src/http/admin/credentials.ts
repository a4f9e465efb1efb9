import { findMerchant } from '../../store/merchants.ts';
import { credentialHandlers } from '../credential-handlers.ts';
import { operatorOf } from './operator.ts';
import { parseUuid } from './schemas.ts';

/** `/admin/merchants/{id}/credentials`, for the operator. */
export const adminCredentials = credentialHandlers({
  of: async (c) => {
    const id = parseUuid(c.req.param('id'));
    const merchant = id === null ? null : await findMerchant(c.env.DB, id);
    if (!merchant) return null;
    const by = {
      db: c.env.DB,
      config: c.get('config'),
      merchantId: merchant.id,
      actor: operatorOf(c),
      scopes: null,
      now: c.get('now'),
    };
    return { by, mode: merchant.mode, path: `/admin/merchants/${merchant.id}/credentials` };
  },
});
