import type { Context } from 'hono';
import * as z from 'zod/mini';
import { refusal } from '../../../errors.ts';
import { playDelivery, playsOf } from '../../../paylinks/sandbox.ts';
import { deleteInboxMessage, deleteInboxMessages, findInboxMessage } from '../../../store/inbox.ts';
import type { AppEnv } from '../../app-env.ts';
import { readJson, validate } from '../../body.ts';
import { problem } from '../../problem.ts';
import { hrefOf, pathOf, viewOf } from './view.ts';

/** What is played; which events there are depends on the message's channel. */
export const InboxPlay = z.strictObject({ event: z.string() });

const unknown = refusal('not_found', 'There is no such message.');

/** A form's fields, or a JSON body. */
async function eventOf(c: Context<AppEnv>) {
  if (!c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded')) return readJson(c, InboxPlay);
  return validate(InboxPlay, Object.fromEntries(new URLSearchParams(new TextDecoder().decode(c.get('body')))));
}

/** A page that was posted from is shown again; a program is told that it is done. */
const done = (c: Context<AppEnv>, to: string): Response =>
  c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded')
    ? c.redirect(to, 303)
    : c.body(null, 204);

/** `POST /inbox/{id}/play {event}`: plays what happens next to a message, as its provider would report it. */
export async function play(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  const body = await eventOf(c);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const message = await findInboxMessage(c.env.DB, merchantId, c.req.param('id') ?? '');
  if (!message) return problem(c, unknown);
  const { event } = body.value;
  const ctx = { env: c.env, config: c.get('config'), now: c.get('now') };
  if (await playDelivery(ctx, message, event)) return done(c, hrefOf({ ...viewOf(c), done: event }, pathOf(message)));
  const errors = [{ path: 'event', message: `Must be one of ${playsOf(message.channel).join(', ')}.` }];
  return problem(c, refusal('invalid_request', `The body is not valid: event: ${errors[0]?.message}`, { errors }));
}

/** `POST /inbox/{id}/delete`, `DELETE /inbox/{id}`: deletes one message. Its Paylink and its record stay. */
export async function deleteOne(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  const deleted = await deleteInboxMessage(c.env.DB, merchantId, c.req.param('id') ?? '');
  return deleted ? done(c, hrefOf({ ...viewOf(c), tab: 'preview', done: 'deleted' })) : problem(c, unknown);
}

/** `POST /inbox/delete`, `DELETE /inbox`: deletes all messages that the page lists. */
export async function deleteAll(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  await deleteInboxMessages(c.env.DB, { ...viewOf(c), merchantId });
  return done(c, hrefOf({ done: 'emptied' }));
}
