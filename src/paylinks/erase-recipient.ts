import { auditStatement, callerActor, suppressionsBy } from '../audit/record.ts';
import { log } from '../lib/log.ts';
import type { AttachmentFile, Channel } from '../model.ts';
import { filesOf } from '../store/attachments.ts';
import { deleteInboxMessages, listPaylinksOfRecipient } from '../store/paylinks.ts';
import { insertErased } from '../store/suppressions.ts';
import { deleteFilesNoLongerListed } from './attachments.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import { normalizeRecipient, recipientHash } from './recipients/recipient.ts';
import { recipientKey } from './recipients/recipient-key.ts';
import { suppressionOf } from './recipients/suppressions.ts';

/** Paylinks one call goes through, and how many of them at a time. */
const MAX_BATCH = 100;
const atOnce = 10;

/**
 * Erases a recipient (an email address, or an E.164 number) from everything of the caller's: first it is suppressed, with nothing but
 * its hash kept, then its captured messages and the Paylinks that name it are cleaned. Repeat while `remaining` is not 0.
 */
export async function eraseRecipient(
  ctx: Context,
  channel: Channel,
  recipient: string,
): Promise<{ paylinks: number; remaining: number }> {
  const { merchant } = ctx.caller;
  const db = ctx.env.DB;
  const address = normalizeRecipient(channel, recipient);
  const hash = await recipientHash(await recipientKey(ctx.env.DB, ctx.config), channel, address);
  const nobody = { channel, recipient: null, recipientHash: hash };
  const erased = suppressionOf(merchant.id, nobody, 'erased', ctx.now);
  const entry = { merchantId: merchant.id, actor: callerActor(ctx.caller), action: 'recipient.erased' } as const;
  // By the channel alone: what would name the recipient is what goes.
  const audited = auditStatement(db, [{ ...entry, subject: null, details: { channel } }], ctx.now);
  await insertErased(db, erased, suppressionsBy(db, callerActor(ctx.caller), ctx.now), audited);
  await deleteInboxMessages(db, merchant.id, channel, address);
  const { ids, total } = await listPaylinksOfRecipient(db, merchant.id, channel, hash, MAX_BATCH);
  const files = await filesOf(db, ids);
  let paylinks = 0;
  for (let at = 0; at < ids.length; at += atOnce) {
    const results = await Promise.allSettled(
      ids.slice(at, at + atOnce).map((id) => eraseFrom(ctx, id, hash, files.get(id))),
    );
    paylinks += results.filter(({ status }) => status === 'fulfilled').length;
  }
  if (paylinks < ids.length) log('warn', 'erase_incomplete', { requestId: ctx.requestId, left: ids.length - paylinks });
  return { paylinks, remaining: total - paylinks };
}

async function eraseFrom(ctx: Context, paylinkId: string, hash: string, files: AttachmentFile[] = []): Promise<void> {
  const reply = await callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
    stub.change(paylinkId, ctx.caller.merchant.id, { kind: 'erase', hash }),
  );
  if (reply.kind === 'done') await deleteFilesNoLongerListed(ctx.env, files, reply.paylink);
}
