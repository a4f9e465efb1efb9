import type { Context } from 'hono';
import { errorMessage } from '../../lib/error-message.ts';
import { log } from '../../lib/log.ts';
import { linkOf, shortLinkOf } from '../../paylinks/domain/links.ts';
import { isActive, statusAt } from '../../paylinks/domain/status.ts';
import { findPublicPaylink, type PublicPaylink } from '../../store/public-links.ts';
import type { AppEnv } from '../app-env.ts';
import { byMethod, type Routes } from '../routing.ts';
import { mockCheckoutOf } from './checkout.tsx';
import { browserLanguage, page, privateHeaders } from './page.tsx';
import { Notice, OpenGraph, PaylinkPage } from './paylink-page.tsx';
import { brandStyle, viewOf } from './paylink-view.tsx';
import { isFromOurPage, isPersonsNavigation, isPreviewAgent } from './person.ts';
import { offerPrint, reportOpened } from './scripts.ts';
import { type Unsubscribe, unsubscribing } from './unsubscribe.tsx';

/** The verbs behind the public pages. */
export type PublicVerbs = {
  /** Counts that a person saw the page, or went on to the checkout. */
  opened: (c: Context<AppEnv>, paylinkId: string) => Promise<unknown>;
  unsubscribe: Unsubscribe;
};

/** Codes are base 62 (paylink-id.ts); anything else is not worth a query. */
const code = /^[0-9A-Za-z]{8,32}$/;

async function findByCode(c: Context<AppEnv>): Promise<PublicPaylink | null> {
  const asked = c.req.param('code') ?? '';
  return code.test(asked) ? findPublicPaylink(c.env.DB, asked) : null;
}

function missing(c: Context<AppEnv>): Promise<Response> {
  const language = browserLanguage(c);
  const { noSuchLink: title, noSuchLinkText: text } = language.words;
  return page(c, { title, status: 404, style: brandStyle(null), language }, <Notice title={title} text={text} />);
}

/** The merchant looks at its own page: `?preview` never counts. */
const isPreview = (c: Context<AppEnv>) => c.req.query('preview') !== undefined;

/** `/s/{code}`: to the checkout, or to the hosted page, which reports by itself that a person sees it. */
async function redirect(c: Context<AppEnv>, opened: PublicVerbs['opened']): Promise<Response> {
  const paylink = await findByCode(c);
  if (!paylink) return missing(c);
  const { headers } = c.req.raw;
  // A checkout is for what can be paid, and for people; what cannot be paid, and what a preview shows, is told on our own page.
  const toCheckout = paylink.checkoutUrl !== null && isActive(paylink, c.get('now')) && !isPreviewAgent(headers);
  if (toCheckout && c.req.method === 'GET' && !isPreview(c) && isPersonsNavigation(headers)) {
    // The customer is sent on all the same.
    const failed = (error: unknown) => log('warn', 'opening_not_recorded', { error: errorMessage(error) });
    c.executionCtx.waitUntil(opened(c, paylink.id).catch(failed));
  }
  const link = linkOf(c.get('config'), toCheckout ? paylink : { code: paylink.code, checkoutUrl: null });
  return c.body(null, 302, { ...privateHeaders, location: !toCheckout && isPreview(c) ? `${link}?preview` : link });
}

/** `/p/{code}`: the hosted page. */
async function show(c: Context<AppEnv>): Promise<Response> {
  const paylink = await findByCode(c);
  if (!paylink) return missing(c);
  const now = c.get('now');
  const payable = isActive(paylink, now);
  const payUrl = payable ? (paylink.checkoutUrl ?? (await mockCheckoutOf(c, paylink))) : null;
  const view = viewOf(paylink, statusAt(paylink, now), shortLinkOf(c.get('config'), paylink), payUrl);
  const { language, merchant } = view.summary;
  const title = `${merchant}: ${view.state?.title ?? language.words.paymentRequest}, ${view.amount.value}`;
  const scripts = [payable && !isPreview(c) ? reportOpened : '', view.payments.length > 0 ? offerPrint : ''];
  const options = {
    title,
    language,
    style: brandStyle(paylink.brandColor),
    head: <OpenGraph view={view} title={title} />,
    script: scripts.join('\n').trim(),
  };
  return page(c, options, <PaylinkPage view={view} payable={payable} />);
}

/** `/s/{code}`, `/p/{code}`, `/o/{code}` and `/u/{token}`: what customers see. Whoever has the link may look; nothing about the customer is shown. */
export function publicRoutes(verbs: PublicVerbs): Routes {
  const follow = (c: Context<AppEnv>) => redirect(c, verbs.opened);
  const noteOpened = async (c: Context<AppEnv>): Promise<Response> => {
    const paylink = await findByCode(c);
    if (!paylink) return missing(c);
    if (isActive(paylink, c.get('now')) && isFromOurPage(c.req.raw.headers) && !isPreview(c))
      await verbs.opened(c, paylink.id);
    return c.body(null, 204, privateHeaders);
  };
  return {
    '/s/:code': byMethod({ GET: follow }),
    '/p/:code': byMethod({ GET: show }),
    '/o/:code': byMethod({ POST: noteOpened }),
    '/u/:token': unsubscribing(verbs.unsubscribe),
  };
}
