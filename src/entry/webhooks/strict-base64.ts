import { toBase64 } from '../../encoding.ts';

/**
 * The bytes of a Base64 text (RFC 4648 §4) in its one canonical spelling, else null: `atob` also takes texts whose unused last bits
 * differ, so that one signature would have several spellings.
 */
export function strictBase64(text: string): Uint8Array | null {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
  return toBase64(bytes) === text ? bytes : null;
}
