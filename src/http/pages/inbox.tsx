import type { Context } from 'hono';
import { refusal } from '../../errors.ts';
import { findInboxMessage, type InboxFilter, type InboxMessage, listInboxMessages } from '../../store/inbox.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { authenticated, callerOf } from '../authenticated.ts';
import { problem } from '../problem.ts';
import { byMethod, type Routes } from '../routing.ts';
import { InboxPage } from './inbox-page.tsx';
import { inboxStyle } from './inbox-style.ts';
import { page, privateHeaders } from './page.tsx';

/**
 * An email is somebody's HTML: no scripts, no origin, no forms, nothing loaded but pictures. Its links may open a tab of their own,
 * outside the sandbox, as they would from a mail program.
 */
export const emailHeaders = {
  ...privateHeaders,
  'content-security-policy': [
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    'img-src https: http: data:',
    "style-src 'unsafe-inline'",
    "frame-ancestors 'self'",
  ].join('; '),
};

const head = /<head(?:\s[^>]*)?>/i;
const base = '<base target="_blank">';

/** The email as its own document, whose links open a new tab. */
export const emailDocument = (html: string): string =>
  head.test(html) ? html.replace(head, (tag) => `${tag}${base}`) : `${base}${html}`;

/** Messages in one answer; a page with more frames than that helps nobody. */
const mostListed = 1000;
const mostShown = 50;

const isLocal = (c: Context<AppEnv>) => c.get('config').ENVIRONMENT === 'local';

const localOnly =
  (handle: Handle): Handle =>
  (c) =>
    isLocal(c) ? handle(c) : problem(c, refusal('not_found', 'There is nothing here.'));

const authenticatedUnlessLocal = (handle: Handle): Handle => {
  const elsewhere = authenticated(handle);
  return (c) => (isLocal(c) ? handle(c) : elsewhere(c));
};

/** `?to=` and `?paylinkId=`; empty ones ask for nothing. A `+` that a caller left unencoded came as a space. */
function filterOf(c: Context<AppEnv>): Pick<InboxFilter, 'to' | 'paylinkId'> {
  const to = c.req
    .query('to')
    ?.replace(/^ (?=\d)/, '+')
    .trim();
  return { to: to || undefined, paylinkId: c.req.query('paylinkId')?.trim().toLowerCase() || undefined };
}

const render = (message: InboxMessage) => ({
  id: message.id,
  channel: message.channel,
  to: message.to,
  subject: message.subject,
  text: message.text,
  html: message.html,
  paylinkId: message.paylinkId,
  createdAt: new Date(message.createdAt).toISOString(),
});

async function json(c: Context<AppEnv>): Promise<Response> {
  const merchantId = isLocal(c) ? null : callerOf(c).merchant.id;
  const messages = await listInboxMessages(c.env.DB, { ...filterOf(c), merchantId, limit: mostListed });
  return c.json({ messages: messages.map(render) }, 200, { 'cache-control': 'no-store' });
}

async function show(c: Context<AppEnv>): Promise<Response> {
  const filter = filterOf(c);
  const messages = await listInboxMessages(c.env.DB, { ...filter, merchantId: null, limit: mostShown });
  const view = { messages, filter, now: c.get('now'), baseUrl: c.get('config').PUBLIC_BASE_URL };
  return page(c, { title: 'Inbox', style: inboxStyle, allow: ["frame-src 'self'"] }, <InboxPage {...view} />);
}

async function email(c: Context<AppEnv>): Promise<Response> {
  const message = await findInboxMessage(c.env.DB, c.req.param('id') ?? '');
  if (!message?.html) return problem(c, refusal('not_found', 'There is no such email.'));
  return c.html(emailDocument(message.html), 200, emailHeaders);
}

/** `/inbox`, `/inbox.json` and `/inbox/{id}/html`: the messages that were kept instead of sent. */
export const inboxRoutes: Routes = {
  '/inbox': byMethod({ GET: localOnly(show) }),
  '/inbox.json': byMethod({ GET: authenticatedUnlessLocal(json) }),
  '/inbox/:id/html': byMethod({ GET: localOnly(email) }),
};
