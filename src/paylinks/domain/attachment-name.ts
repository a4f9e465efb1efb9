import type { AttachmentType } from '../../model/paylink.ts';

/** The endings that a file of each type may have; the first is added to a name that has none of them. */
const ENDINGS: Record<AttachmentType, readonly string[]> = {
  'application/pdf': ['.pdf'],
  'image/png': ['.png'],
  'image/jpeg': ['.jpg', '.jpeg'],
};

/** Characters of a name, its ending included. */
const MAX_LENGTH = 100;

/** C0 and C1 controls, separators, and marks that change the reading order or are invisible (UAX #9): `gpj.exe` must not read `exe.jpg`. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** What some file system takes for something else. */
const reserved = /[<>:"|?*%#]/g;
/** Names of devices on Windows, whatever their ending. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

const shorten = (text: string, longest: number): string => [...text].slice(0, longest).join('').trimEnd();

/**
 * A file's name as it is listed and downloaded: without folders, control characters, marks that turn the reading order, and what file
 * systems reserve; its ending says what the file is. The same name always gives the same result, and a clean one itself.
 */
export function attachmentName(given: string, type: AttachmentType): string {
  const base = given.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = base
    .replace(hidden, '')
    .replace(reserved, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .replace(device, '_');
  const endings = ENDINGS[type];
  const ending = endings.find((one) => clean.toLowerCase().endsWith(one));
  const stem = ending ? clean.slice(0, -ending.length).trimEnd() : clean;
  const named = shorten(stem, MAX_LENGTH - 5) || 'attachment';
  return `${named}${ending ? clean.slice(-ending.length) : endings[0]}`;
}

const starts = (bytes: Uint8Array, magic: readonly number[]) => magic.every((byte, at) => bytes[at] === byte);

/** What a file is by its first bytes; null: none of the types that can be attached. */
export function attachmentType(bytes: Uint8Array): AttachmentType | null {
  if (starts(bytes, [0x25, 0x50, 0x44, 0x46, 0x2d])) return 'application/pdf';
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  return null;
}
