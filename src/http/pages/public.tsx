import type { Context } from 'hono';
import { mayCountOpening } from '../../admission/flood-guard.ts';
import { refusal } from '../../errors.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { log } from '../../lib/log.ts';
import { linkOf, shortLinkOf } from '../../paylinks/domain/links.ts';
import { isActive, statusAt } from '../../paylinks/domain/status.ts';
import type { PublicPaylink } from '../../store/public-links.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';
import { mockCheckoutOf } from './checkout.tsx';
import { download } from './files.ts';
import { ofLink } from './find-link.ts';
import { browserLanguage, keepsToHttps, page, privateHeaders } from './page.tsx';
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

function missing(c: Context<AppEnv>): Promise<Response> {
  const language = browserLanguage(c);
  const { noSuchLink: title, noSuchLinkText: text } = language.words;
  return page(c, { title, status: 404, style: brandStyle(null), language }, <Notice title={title} text={text} />);
}

const tooOften = refusal('rate_limited', 'This link was opened too often within a minute.', { retryAfterSeconds: 60 });

/** The merchant looks at its own page: `?preview` never counts. */
const isPreview = (c: Context<AppEnv>) => c.req.query('preview') !== undefined;

/** `/s/{code}`: to the checkout, or to the hosted page, which reports by itself that a person sees it. */
function redirect(c: Context<AppEnv>, paylink: PublicPaylink, opened: PublicVerbs['opened']): Response {
  const { headers } = c.req.raw;
  // A checkout is for what can be paid, and for people; what cannot be paid, and what a preview shows, is told on our own page.
  const toCheckout = paylink.checkoutUrl !== null && isActive(paylink, c.get('now')) && !isPreviewAgent(headers);
  if (toCheckout && c.req.method === 'GET' && !isPreview(c) && isPersonsNavigation(headers)) {
    // The customer is sent on all the same.
    const failed = (error: unknown) => log('warn', 'opening_not_recorded', { error: errorMessage(error) });
    const count = async () => (await mayCountOpening(c.env, paylink.code)) && opened(c, paylink.id);
    c.executionCtx.waitUntil(count().catch(failed));
  }
  const link = linkOf(c.get('config'), toCheckout ? paylink : { code: paylink.code, checkoutUrl: null });
  const location = !toCheckout && isPreview(c) ? `${link}?preview` : link;
  return c.body(null, 302, { ...privateHeaders, ...keepsToHttps(c), location });
}

/** `/p/{code}`: the hosted page. */
async function show(c: Context<AppEnv>, paylink: PublicPaylink): Promise<Response> {
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

const file = async (c: Context<AppEnv>, paylink: PublicPaylink): Promise<Response> =>
  (await download(c, paylink)) ?? missing(c);

/** `/s/{code}`, `/p/{code}`, `/o/{code}` and `/u/{token}`: what customers see. Whoever has the link may look; nothing about the customer is shown. */
export function publicRoutes(verbs: PublicVerbs): Routes {
  const follow = (c: Context<AppEnv>, paylink: PublicPaylink) => redirect(c, paylink, verbs.opened);
  const noteOpened = async (c: Context<AppEnv>, paylink: PublicPaylink): Promise<Response> => {
    if (isActive(paylink, c.get('now')) && isFromOurPage(c.req.raw.headers) && !isPreview(c))
      await verbs.opened(c, paylink.id);
    return c.body(null, 204, privateHeaders);
  };
  const ofOpenedLink = ofLink(noteOpened, missing);
  // Each opening is written, so whoever has a link could go on for ever. Asked before the link is read, it bounds that too.
  const throttled: Handle = async (c) =>
    (await mayCountOpening(c.env, c.req.param('code') ?? '')) ? ofOpenedLink(c) : problem(c, tooOften);
  return {
    '/s/:code': byMethod({ GET: ofLink(follow, missing) }),
    '/p/:code': byMethod({ GET: ofLink(show, missing) }),
    '/p/:code/files/:name': byMethod({ GET: ofLink(file, missing) }),
    '/o/:code': byMethod({ POST: throttled }),
    '/u/:token': unsubscribing(verbs.unsubscribe),
  };
}
