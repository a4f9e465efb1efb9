import type { FloorEnv } from './env.ts';

const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (text: string, from: 'hex' | 'base64') => Uint8Array.from(Buffer.from(text, from));
const sha256 = (text: string) => crypto.subtle.digest('SHA-256', encoder.encode(text));

/**
 * The cryptography that authentication cannot do without: the hash of a bearer key, or a signature over the
 * body's digest. @returns the hash of the bearer key, or null for a signed request. @throws when a signature is wrong
 */
export async function identify(request: Request, env: FloorEnv, body: string): Promise<string | null> {
  const { headers } = request;
  const authorization = headers.get('authorization');
  if (authorization !== null) return hex(await sha256(authorization.slice(7)));
  const of = (name: string) => headers.get(name) ?? '';
  const canonical = [
    'PAYLINKS-HMAC-SHA256-V1',
    of('x-merchant-id'),
    of('timestamp'),
    of('nonce'),
    request.method,
    new URL(request.url).pathname,
    hex(await sha256(body)),
  ].join('\n');
  const [hmac] = await keysOf(env);
  const signature = bytesOf(of('signature'), 'hex');
  const good = await crypto.subtle.verify('HMAC', hmac, signature, encoder.encode(canonical));
  if (!good) throw new Error('the signature is wrong');
  return null;
}

let keys: Promise<[hmac: CryptoKey, ed25519: CryptoKey]> | undefined;
function keysOf({ HMAC_SECRET, CALLBACK_KEY }: FloorEnv): Promise<[hmac: CryptoKey, ed25519: CryptoKey]> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  keys ??= Promise.all([
    crypto.subtle.importKey('raw', encoder.encode(HMAC_SECRET), hmac, false, ['verify']),
    crypto.subtle.importKey('spki', bytesOf(CALLBACK_KEY, 'base64'), 'Ed25519', false, ['verify']),
  ]);
  return keys;
}

/** @throws when a callback is not signed over its body */
export async function verifyCallback(request: Request, env: FloorEnv, body: string): Promise<void> {
  const of = (name: string) => request.headers.get(name) ?? '';
  const digest = `sha-256=:${Buffer.from(await sha256(body)).toString('base64')}:`;
  const base = `"content-digest": ${digest}\n"@signature-params": ${of('signature-input').slice(6)}`;
  const signature = bytesOf(of('signature').slice(7, -1), 'base64');
  const [, key] = await keysOf(env);
  const good = await crypto.subtle.verify('Ed25519', key, signature, encoder.encode(base));
  if (!good) throw new Error('the signature is wrong');
}
