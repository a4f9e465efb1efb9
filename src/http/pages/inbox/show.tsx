import type { Context } from 'hono';
import {
  findInboxMessage,
  type InboxMessage,
  inboxMark,
  listInboxLines,
  markInboxMessageRead,
} from '../../../store/inbox.ts';
import { findPaylink } from '../../../store/paylinks.ts';
import type { AppEnv } from '../../app-env.ts';
import { page } from '../page.tsx';
import type { OpenMessage } from './message.tsx';
import { InboxPage } from './page.tsx';
import { inboxScript } from './script.ts';
import { inboxStyle } from './style.ts';
import { viewOf } from './view.ts';

/** What became of a message, as its Paylink's record tells. */
async function fateOf(c: Context<AppEnv>, message: InboxMessage): Promise<OpenMessage['fate']> {
  const stored = await findPaylink(c.env.DB, message.merchantId, message.paylinkId);
  const attempt = stored?.paylink.deliveryLogs.find(({ id }) => id === message.id);
  return stored && attempt
    ? { status: attempt.status, reason: attempt.reason, paylinkStatus: stored.paylink.status }
    : null;
}

/** `GET /inbox` and `/inbox/{id}`: the list, and one message beside it. Opening a message marks it as read. @param merchantId null: of all */
export async function show(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  const db = c.env.DB;
  const view = viewOf(c);
  const id = c.req.param('id');
  const message = id === undefined ? null : await findInboxMessage(db, merchantId, id);
  if (message?.readAt === null) await markInboxMessageRead(db, merchantId, message.id, c.get('now'));
  // First, so that what changes meanwhile makes a difference.
  const mark = await inboxMark(db, merchantId, message?.id ?? null);
  const [{ lines, count }, fate] = await Promise.all([
    listInboxLines(db, { ...view, merchantId, limit: view.shown }),
    message ? fateOf(c, message) : null,
  ]);
  const open = message ? { message, fate } : null;
  const title = `${message ? `${message.subject ?? message.to} – ` : ''}Inbox${count.unread > 0 ? ` (${count.unread})` : ''}`;
  return page(
    c,
    {
      title,
      style: inboxStyle,
      script: inboxScript,
      allow: ["frame-src 'self'"],
      status: id !== undefined && !message ? 404 : 200,
      // Without it the browser says `Origin: null` when a button is pressed.
      headers: { 'referrer-policy': 'same-origin' },
    },
    <InboxPage
      view={id !== undefined && !message ? { ...view, done: view.done ?? 'missing' } : view}
      lines={lines}
      count={count}
      open={open}
      mark={mark}
      now={c.get('now')}
      baseUrl={c.get('config').PUBLIC_BASE_URL}
    />,
  );
}
