import { notActive, type Refusal, refusal } from '../../errors.ts';
import type { AttachmentFile, Paylink } from '../../model/paylink.ts';
import { type Applied, withEvent } from './change.ts';
import { isActive, statusAt } from './status.ts';

/** Files that a Paylink has. */
export const MAX_FILES = 3;

const refused = (why: Refusal): Applied => ({ kind: 'refused', refusal: why });

/** Events outlive an erasure, and a file's name may name somebody: `ada-byron.pdf` is told as `a***.pdf`. */
const masked = (name: string): string => `${[...name][0] ?? ''}***${name.slice(name.lastIndexOf('.'))}`;

function withFiles(paylink: Paylink, files: AttachmentFile[], createdBy: string, now: number): Applied {
  const gone = paylink.files.filter(({ name }) => files.every((file) => file.name !== name)).map(({ name }) => name);
  const fresh = files.filter(({ key }) => paylink.files.every((file) => file.key !== key)).map(({ name }) => name);
  const attachments = [...paylink.attachments.filter((name) => !gone.includes(name)), ...fresh];
  const event = {
    type: 'UPDATED',
    oldValue: { attachments: paylink.attachments.map(masked) },
    newValue: { attachments: attachments.map(masked) },
    createdBy,
  } as const;
  return { kind: 'changed', paylink: withEvent(paylink, { attachments, files }, event, now) };
}

/** Attaches files that lie in R2 already. The same content under the same name again is no change; other content under it is refused. */
export function attach(paylink: Paylink, given: readonly AttachmentFile[], createdBy: string, now: number): Applied {
  const taken = (file: AttachmentFile) => paylink.attachments.includes(file.name);
  const same = (file: AttachmentFile) =>
    paylink.files.some(({ name, sha256 }) => name === file.name && sha256 === file.sha256);
  const fresh = given.filter((file) => !same(file));
  if (fresh.length === 0) return { kind: 'unchanged' };
  if (!isActive(paylink, now)) {
    const status = statusAt(paylink, now);
    return refused(notActive(status, `A Paylink that is ${status} takes no attachments.`));
  }
  const double = fresh.find((file, at) => taken(file) || fresh.findIndex(({ name }) => name === file.name) !== at);
  if (double) {
    const message = `There is an attachment of this name already: ${double.name}`;
    return refused(refusal('conflict', message, { errors: [{ path: 'file', message }] }));
  }
  if (paylink.files.length + fresh.length > MAX_FILES) {
    const message = `A Paylink has at most ${MAX_FILES} attachments; it has ${paylink.files.length}.`;
    return refused(refusal('invalid_request', message, { errors: [{ path: 'file', message }] }));
  }
  return withFiles(paylink, [...paylink.files, ...fresh], createdBy, now);
}

/** Takes an attachment off, in every status. */
export function detach(paylink: Paylink, name: string, createdBy: string, now: number): Applied {
  if (!paylink.attachments.includes(name)) return refused(refusal('not_found', 'Attachment was not found.'));
  const files = paylink.files.filter((file) => file.name !== name);
  if (files.length < paylink.files.length) return withFiles(paylink, files, createdBy, now);
  // A name without a file: an earlier release took names alone.
  const attachments = paylink.attachments.filter((one) => one !== name);
  const told = (names: string[]) => ({ attachments: names.map(masked) });
  const event = {
    type: 'UPDATED',
    oldValue: told(paylink.attachments),
    newValue: told(attachments),
    createdBy,
  } as const;
  return { kind: 'changed', paylink: withEvent(paylink, { attachments }, event, now) };
}
