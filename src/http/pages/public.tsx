import type { Context } from 'hono';
import { errorMessage } from '../../lib/error-message.ts';
import { log } from '../../lib/log.ts';
import { linkOf, shortLinkOf } from '../../paylinks/domain/links.ts';
import { isActive, statusAt } from '../../paylinks/domain/status.ts';
import { findPublicPaylink, type PublicPaylink } from '../../store/public-links.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { byMethod, type Routes } from '../routing.ts';
import { page, privateHeaders } from './page.tsx';
import { NoSuchLink, PaylinkPage } from './paylink-page.tsx';
import { brandStyle, viewOf } from './paylink-view.tsx';
import { AskToUnsubscribe, UnknownUnsubscribe, Unsubscribed } from './unsubscribe-page.tsx';

/** The verbs behind the public pages. */
export type PublicVerbs = {
  /** Notes that the customer has opened the link; awaited by nobody. */
  opened: (c: Context<AppEnv>, paylinkId: string) => Promise<unknown>;
  unsubscribe: (c: Context<AppEnv>, token: string) => Promise<'done' | 'unknown'>;
};

/** Codes are base 62 (paylinks/id.ts); anything else is not worth a query. */
const code = /^[0-9A-Za-z]{8,32}$/;

async function find(c: Context<AppEnv>): Promise<PublicPaylink | null> {
  const asked = c.req.param('code') ?? '';
  return code.test(asked) ? findPublicPaylink(c.env.DB, asked) : null;
}

/** A HEAD and a browser's prefetch are not a customer who looks; a Paylink that is OPENED already, or over, has nothing to note. */
function noteOpened(c: Context<AppEnv>, paylink: PublicPaylink, opened: PublicVerbs['opened']): void {
  const ahead = c.req.header('sec-purpose') ?? c.req.header('purpose') ?? '';
  if (c.req.method !== 'GET' || ahead.includes('prefetch')) return;
  if (paylink.status === 'OPENED' || !isActive(paylink, c.get('now'))) return;
  // The page is shown all the same.
  const failed = (error: unknown) => log('warn', 'opening_not_recorded', { error: errorMessage(error) });
  c.executionCtx.waitUntil(opened(c, paylink.id).catch(failed));
}

const missing = (c: Context<AppEnv>) =>
  page(c, { title: 'Not found', status: 404, style: brandStyle(null) }, <NoSuchLink />);

/** `/s/{code}`, `/p/{code}` and `/u/{token}`: what customers see. Whoever has the link may look; nothing about the customer is shown. */
export function publicRoutes(verbs: PublicVerbs): Routes {
  const redirect = async (c: Context<AppEnv>): Promise<Response> => {
    const paylink = await find(c);
    if (!paylink) return missing(c);
    noteOpened(c, paylink, verbs.opened);
    const config = c.get('config');
    // A checkout is for what can be paid; what cannot be is told on our own page.
    const payable = isActive(paylink, c.get('now'));
    const location = linkOf(config, payable ? paylink : { code: paylink.code, checkoutUrl: null });
    return c.body(null, 302, { ...privateHeaders, location });
  };

  const show = async (c: Context<AppEnv>): Promise<Response> => {
    const paylink = await find(c);
    if (!paylink) return missing(c);
    noteOpened(c, paylink, verbs.opened);
    const status = statusAt(paylink, c.get('now'));
    const view = viewOf(paylink, status, shortLinkOf(c.get('config'), paylink));
    const title = `${view.summary.merchant}: ${view.state?.title ?? 'payment request'}, ${view.amount.value}`;
    const payable = isActive(paylink, c.get('now'));
    return page(c, { title, style: brandStyle(paylink.brandColor) }, <PaylinkPage view={view} payable={payable} />);
  };

  return {
    '/s/:code': byMethod({ GET: redirect }),
    '/p/:code': byMethod({ GET: show }),
    '/u/:token': unsubscribing(verbs.unsubscribe),
  };
}

/** One-click by POST (RFC 8058); a GET changes nothing, as mail scanners open every link. */
function unsubscribing(unsubscribe: PublicVerbs['unsubscribe']): Handle {
  const style = brandStyle(null);
  const ask = (c: Context<AppEnv>) => page(c, { title: 'Unsubscribe', style }, <AskToUnsubscribe />);
  const act = async (c: Context<AppEnv>): Promise<Response> =>
    (await unsubscribe(c, c.req.param('token') ?? '')) === 'done'
      ? page(c, { title: 'Unsubscribed', style }, <Unsubscribed />)
      : page(c, { title: 'Not found', status: 404, style }, <UnknownUnsubscribe />);
  return byMethod({ GET: ask, POST: act });
}
