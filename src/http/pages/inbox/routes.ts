import type { Context } from 'hono';
import * as z from 'zod/mini';
import { hasSandbox } from '../../../delivery/providers/index.ts';
import { refusal } from '../../../errors.ts';
import { findInboxMessage, type InboxMessage, listInboxMessages } from '../../../store/inbox.ts';
import type { AppEnv, Handle } from '../../app-env.ts';
import { authenticated, callerOf } from '../../authenticated.ts';
import { validate } from '../../body.ts';
import { problem } from '../../problem.ts';
import { limit, nextCursor, paging } from '../../rest/paging.ts';
import { byMethod, nothingHere, type Routes } from '../../routing.ts';
import { sameOriginOnly } from '../../same-origin.ts';
import { emailDocument, emailHeaders } from '../email-document.ts';
import { privateHeaders } from '../page.tsx';
import { deleteAll, deleteOne, play } from './actions.ts';
import { events } from './live.ts';
import { sourceOf } from './source.ts';
import { filterOf } from './view.ts';

/** Messages in one answer of `/inbox.json`, and by default: what a merchant's inbox holds. */
const MAX_LISTED = 500;

/** What `/inbox.json` is asked for; `view.ts` reads the filters. Anything else is ignored, as on the page. */
export const InboxQuery = z.object({
  to: z.optional(z.string()),
  paylinkId: z.optional(z.string()),
  limit: limit(MAX_LISTED, MAX_LISTED),
  cursor: paging.cursor,
});

/** Handles a request for the messages of one merchant; null: of all. */
type InboxHandle = (c: Context<AppEnv>, merchantId: string | null) => Response | Promise<Response>;

const isLocal = (c: Context<AppEnv>) => c.get('config').ENVIRONMENT === 'local';

/** For people at a local gateway, who see everybody's messages. */
const localOnly =
  (handle: InboxHandle): Handle =>
  (c) =>
    isLocal(c) ? handle(c, null) : nothingHere(c);

/** Locally for everybody; elsewhere for a merchant's own messages. */
const ownUnlessLocal = (handle: InboxHandle): Handle => {
  const elsewhere = authenticated((c) => handle(c, callerOf(c).merchant.id));
  return (c) => (isLocal(c) ? handle(c, null) : elsewhere(c));
};

/** The same, for what only a sandbox has: elsewhere the merchant is in test mode. Another site may not ask for it. */
const inSandbox = (handle: InboxHandle): Handle => {
  const elsewhere = authenticated((c) => {
    const { merchant } = callerOf(c);
    return hasSandbox(c.get('config'), merchant.mode) ? handle(c, merchant.id) : nothingHere(c);
  });
  return sameOriginOnly((c) => (isLocal(c) ? handle(c, null) : elsewhere(c)));
};

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

async function json(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  const query = validate(InboxQuery, c.req.query(), 'query');
  if (query.kind === 'refused') return problem(c, query.refusal);
  const { limit: most, cursor: after } = query.value;
  const found = await listInboxMessages(c.env.DB, { ...filterOf(c), merchantId, after, limit: most + 1 });
  const messages = found.slice(0, most);
  const last = messages.at(-1);
  const next = nextCursor(found.length > most, last && { at: last.createdAt, id: last.id });
  return c.json({ messages: messages.map(render), ...(next === null ? {} : { nextCursor: next }) });
}

/** The page's code is loaded when somebody asks for it: only a local gateway has it. */
const show: InboxHandle = async (c, merchantId) => (await import('./show.tsx')).show(c, merchantId);

async function email(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  const message = await findInboxMessage(c.env.DB, merchantId, c.req.param('id') ?? '');
  if (!message?.html) return problem(c, refusal('not_found', 'There is no such email.'));
  return c.html(emailDocument(message.html), 200, emailHeaders);
}

async function source(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  const message = await findInboxMessage(c.env.DB, merchantId, c.req.param('id') ?? '');
  if (!message) return problem(c, refusal('not_found', 'There is no such message.'));
  return c.text(sourceOf(message), 200, {
    ...privateHeaders,
    'content-security-policy': "default-src 'none'; sandbox",
  });
}

/** `/inbox…`: the messages that were kept instead of sent, as a page like a mail program's and as JSON. Static paths come before `:id`. */
export const inboxRoutes: Routes = {
  '/inbox': byMethod({ GET: localOnly(show), DELETE: inSandbox(deleteAll) }),
  '/inbox.json': byMethod({ GET: ownUnlessLocal(json) }),
  '/inbox/events': byMethod({ GET: localOnly(events) }),
  '/inbox/delete': byMethod({ POST: inSandbox(deleteAll) }),
  '/inbox/:id': byMethod({ GET: localOnly(show), DELETE: inSandbox(deleteOne) }),
  '/inbox/:id/html': byMethod({ GET: localOnly(email) }),
  '/inbox/:id/raw': byMethod({ GET: localOnly(source) }),
  '/inbox/:id/play': byMethod({ POST: inSandbox(play) }),
  '/inbox/:id/delete': byMethod({ POST: inSandbox(deleteOne) }),
};
