import type { Context } from 'hono';
import { findPublicPaylink, type PublicPaylink } from '../../store/public-links.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { asksInVain, isOneTooMany, tooManyUnknown } from '../unknown-requests.ts';

/** Codes are base 62 (paylink-id.ts); anything else is not worth a query. */
const code = /^[0-9A-Za-z]{8,32}$/;

/** A route with `:code`. Guessing is bounded: an address that has asked for many unknown codes gets 429, and costs no query. */
export const ofLink =
  (handle: (c: Context<AppEnv>, paylink: PublicPaylink) => Response | Promise<Response>, missing: Handle): Handle =>
  async (c) => {
    if (asksInVain(c)) return tooManyUnknown(c);
    const asked = c.req.param('code') ?? '';
    const paylink = code.test(asked) ? await findPublicPaylink(c.env.DB, asked) : null;
    if (paylink) {
      c.set('paylinkId', paylink.id);
      return handle(c, paylink);
    }
    return (await isOneTooMany(c)) ? tooManyUnknown(c) : missing(c);
  };
