import * as z from 'zod/mini';
import { auditStatement, callerActor, suppressionsBy } from '../audit/record.ts';
import { log } from '../lib/log.ts';
import type { Channel } from '../model/delivery.ts';
import type { AttachmentFile } from '../model/paylink.ts';
import { filesOf } from '../store/attachments.ts';
import { type ForgottenCopies, forgetCopies } from '../store/erased.ts';
import { deleteInboxMessages, listPaylinksOfRecipient } from '../store/paylinks.ts';
import { insertErased } from '../store/suppressions.ts';
import { deleteFilesNoLongerListed } from './attachments.ts';
import { actorOf, type Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import { normalizeRecipient, recipientHash } from './recipients/recipient.ts';
import { recipientKey } from './recipients/recipient-key.ts';
import { suppressionOf } from './recipients/suppressions.ts';

/** Paylinks one call goes through, and how many of them at a time. */
const MAX_BATCH = 100;
const atOnce = 10;

/** What an erasure touched. `fields` are named as in the Paylink's body. */
export type Touched = ForgottenCopies & {
  suppressions: number;
  paylinks: { paylinkId: string; fields: string[] }[];
};

/**
 * Erases a recipient (an email address, or an E.164 number) from everything of the caller's: first it is suppressed, with nothing but
 * its hash kept, then its captured messages and the Paylinks that name it are cleaned, with what is kept of their webhooks, the parent's
 * too. Repeat while `remaining` is not 0.
 */
export async function eraseRecipient(
  ctx: Context,
  channel: Channel,
  recipient: string,
): Promise<{ paylinks: number; remaining: number; touched: Touched }> {
  const { merchant } = ctx.caller;
  const db = ctx.env.DB;
  const address = normalizeRecipient(channel, recipient);
  const hash = await recipientHash(await recipientKey(ctx.env.DB, ctx.config), channel, address);
  const nobody = { channel, recipient: null, recipientHash: hash };
  const erased = suppressionOf(merchant.id, nobody, 'erased', ctx.now);
  const entry = { merchantId: merchant.id, actor: callerActor(ctx.caller), action: 'recipient.erased' } as const;
  // By the channel alone: what would name the recipient is what goes.
  const audited = auditStatement(db, [{ ...entry, subject: null, details: { channel } }], ctx.now);
  const suppressions = await insertErased(db, erased, suppressionsBy(db, callerActor(ctx.caller), ctx.now), audited);
  const inboxMessages = await deleteInboxMessages(db, merchant.id, channel, address);
  const { ids, total } = await listPaylinksOfRecipient(db, merchant.id, channel, hash, MAX_BATCH);
  const files = await filesOf(db, ids);
  const touched: Touched = { suppressions, inboxMessages, webhookDeliveries: 0, paylinks: [] };
  let paylinks = 0;
  for (let at = 0; at < ids.length; at += atOnce) {
    const results = await Promise.allSettled(
      ids.slice(at, at + atOnce).map((id) => eraseFrom(ctx, id, hash, files.get(id))),
    );
    for (const result of results) {
      if (result.status === 'rejected') continue;
      paylinks += 1;
      if (!result.value) continue;
      const { webhookDeliveries, inboxMessages: captured, ...paylink } = result.value;
      touched.paylinks.push(paylink);
      touched.webhookDeliveries += webhookDeliveries;
      touched.inboxMessages += captured;
    }
  }
  if (paylinks < ids.length) log('warn', 'erase_incomplete', { requestId: ctx.requestId, left: ids.length - paylinks });
  return { paylinks, remaining: total - paylinks, touched };
}

const Erased = z.object({ fields: z.array(z.string()) });

/** null: it names the recipient no more. */
async function eraseFrom(
  ctx: Context,
  paylinkId: string,
  hash: string,
  files: AttachmentFile[] = [],
): Promise<(Touched['paylinks'][number] & ForgottenCopies) | null> {
  const reply = await callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
    stub.change(paylinkId, ctx.caller.merchant.id, { kind: 'erase', hash, actor: actorOf(ctx) }),
  );
  if (reply.kind === 'refused') return null;
  const { paylink } = reply;
  await deleteFilesNoLongerListed(ctx.env, files, paylink);
  const event = paylink.events.findLast(({ type }) => type === 'ERASED');
  const { fields } = Erased.safeParse(event?.newValue).data ?? { fields: [] };
  // Whom only a log named, the merchant did not write about.
  const isCustomer = fields.some((name) => name.startsWith('customer.'));
  const copies = isCustomer ? await forgetCopies(ctx.env.DB, paylink) : { webhookDeliveries: 0, inboxMessages: 0 };
  return { paylinkId, fields, ...copies };
}
