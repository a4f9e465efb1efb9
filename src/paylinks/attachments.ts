import type { Bindings } from '../env.ts';
import { notFound, type Refusal, refusal } from '../errors.ts';
import { sha256Hex } from '../lib/encoding.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import type { Merchant } from '../model/merchant.ts';
import type { AttachmentFile, Paylink } from '../model/paylink.ts';
import { filesOf } from '../store/attachments.ts';
import { actorOf, type Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import type { ChangeReply } from './coordinator/rpc.ts';
import { attachmentName, attachmentType } from './domain/attachment-name.ts';
import type { Outcome } from './domain/outcome.ts';
import { ownerOf, refusalOfOwner } from './read.ts';

/** The longest file, bytes. */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** A file as it was sent: `name` as the caller's machine calls it, `path` as a refusal names it. */
export type Upload = { path: string; name: string; bytes: Uint8Array };

const wrong = (code: 'invalid_request' | 'payload_too_large', path: string, message: string): Refusal =>
  refusal(code, `The file is not accepted: ${path}: ${message}`, { errors: [{ path, message }] });

const noBucket = refusal('unavailable', 'Attachments cannot be kept here right now.', { retryAfterSeconds: 60 });

type Checked =
  | { kind: 'ok'; files: (AttachmentFile & { bytes: Uint8Array })[] }
  | { kind: 'refused'; refusal: Refusal };

/** Every upload gets a key of its own, so that no upload that is refused touches what another one stored. */
async function check(uploads: readonly Upload[], folder: string): Promise<Checked> {
  const files: (AttachmentFile & { bytes: Uint8Array })[] = [];
  for (const { path, name, bytes } of uploads) {
    const most = MAX_FILE_BYTES.toLocaleString('en-US');
    if (bytes.byteLength > MAX_FILE_BYTES)
      return { kind: 'refused', refusal: wrong('payload_too_large', path, `Must be at most ${most} bytes.`) };
    const type = attachmentType(bytes);
    if (!type) return { kind: 'refused', refusal: wrong('invalid_request', path, 'Must be a PDF, PNG or JPEG file.') };
    const key = `${folder}${crypto.randomUUID()}`;
    files.push({
      name: attachmentName(name, type),
      key,
      type,
      size: bytes.byteLength,
      sha256: await sha256Hex(bytes),
      bytes,
    });
  }
  return { kind: 'ok', files };
}

/** Where a Paylink's files lie in the bucket. */
export const folderOf = (merchantId: string, paylinkId: string): string => `${merchantId}/${paylinkId}/`;

/**
 * Attaches files to a Paylink. They are put into R2 before its coordinator is told, so that no name is ever listed without its file. What
 * was put and then refused is deleted; where the answer was lost it stays until the sweep, and nothing serves it.
 * @param owner this Paylink's `ownerOf`, if it is being read already
 */
export async function attachFiles(
  ctx: Context,
  paylinkId: string,
  uploads: readonly Upload[],
  owner?: Promise<Merchant | null>,
): Promise<Outcome<{ paylink: Paylink; names: string[] }>> {
  const merchant = await (owner ?? ownerOf(ctx, paylinkId));
  const refused = refusalOfOwner(merchant);
  if (!merchant || refused) return { kind: 'refused', refusal: refused ?? notFound };
  const bucket = ctx.env.ATTACHMENTS;
  if (!bucket) return { kind: 'refused', refusal: noBucket };
  const checked = await check(uploads, folderOf(merchant.id, paylinkId));
  if (checked.kind === 'refused') return checked;
  const keys = checked.files.map(({ key }) => key);
  const putAll = checked.files.map(({ key, type, bytes }) =>
    bucket.put(key, bytes, { httpMetadata: { contentType: type } }),
  );
  const put = await Promise.allSettled(putAll);
  const failed = put.find((one) => one.status === 'rejected');
  if (failed) {
    log('error', 'attachment_not_stored', { requestId: ctx.requestId, paylinkId, error: errorMessage(failed.reason) });
    ctx.waitUntil(forget(bucket, keys, paylinkId));
    return { kind: 'refused', refusal: noBucket };
  }
  const files = checked.files.map(({ bytes: _, ...file }) => file);
  const reply = await change(ctx, paylinkId, { kind: 'attach', files });
  const listed = reply.kind === 'done' ? reply.paylink.files : [];
  const unused = keys.filter((key) => listed.every((file) => file.key !== key));
  if (unused.length > 0) ctx.waitUntil(forget(bucket, unused, paylinkId));
  if (reply.kind === 'refused') return reply;
  return { kind: 'done', paylink: reply.paylink, names: files.map(({ name }) => name) };
}

/** Takes an attachment off a Paylink, and then its file out of R2. */
export async function detachFile(
  ctx: Context,
  paylinkId: string,
  name: string,
  owner?: Promise<Merchant | null>,
): Promise<Outcome<object>> {
  const refused = refusalOfOwner(await (owner ?? ownerOf(ctx, paylinkId)));
  if (refused) return { kind: 'refused', refusal: refused };
  const before = await filesOf(ctx.env.DB, [paylinkId]);
  const reply = await change(ctx, paylinkId, { kind: 'detach', name });
  if (reply.kind === 'refused') return reply;
  await deleteFilesNoLongerListed(ctx.env, before.get(paylinkId) ?? [], reply.paylink);
  return { kind: 'done' };
}

const change = (
  ctx: Context,
  paylinkId: string,
  command: { kind: 'attach'; files: AttachmentFile[] } | { kind: 'detach'; name: string },
): Promise<ChangeReply> =>
  ctx.timings.during(
    'coordinator',
    callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
      stub.change(paylinkId, ctx.caller.merchant.id, { ...command, createdBy: 'API Key', actor: actorOf(ctx) }),
    ),
  );

/** Deletes those of a Paylink's former files that it lists no more. What cannot be deleted now the sweep deletes. */
export async function deleteFilesNoLongerListed(
  env: Bindings,
  before: readonly AttachmentFile[],
  { id, files }: Paylink,
): Promise<void> {
  const gone = before.map(({ key }) => key).filter((key) => files.every((file) => file.key !== key));
  if (env.ATTACHMENTS && gone.length > 0) await forget(env.ATTACHMENTS, gone, id);
}

async function forget(bucket: R2Bucket, keys: string[], paylinkId: string): Promise<void> {
  await bucket.delete(keys).catch((error: unknown) => {
    log('warn', 'attachment_not_deleted', { paylinkId, error: errorMessage(error) });
  });
}
