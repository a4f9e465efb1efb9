import { utf8 } from '../../encoding.ts';
import { importEd25519, verifyEd25519 } from './ed25519.ts';
import { isFresh } from './freshness.ts';
import { strictBase64 } from './strict-base64.ts';

/** Whether a request is signed as Telnyx does: Ed25519 over `timestamp|body`. `publicKey` is Base64 of 32 bytes. @param now ms */
export async function verifyTelnyx(
  publicKey: string,
  headers: Headers,
  body: Uint8Array,
  now: number,
): Promise<boolean> {
  const timestamp = headers.get('telnyx-timestamp') ?? '';
  const signature = strictBase64(headers.get('telnyx-signature-ed25519') ?? '');
  const raw = strictBase64(publicKey);
  if (!isFresh(timestamp, now) || signature?.length !== 64 || !raw) return false;
  const key = await importEd25519('raw', raw);
  if (!key) return false;
  const head = utf8(`${timestamp}|`);
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return verifyEd25519(key, signature, message);
}
