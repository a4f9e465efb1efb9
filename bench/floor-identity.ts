import type { FloorEnv } from './floor-coordinator.ts';

const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (text: string, from: 'hex' | 'base64') => Uint8Array.from(Buffer.from(text, from));
const sha256 = (text: string) => crypto.subtle.digest('SHA-256', encoder.encode(text));

/**
 * The cryptography that identity cannot do without, and no more: a bearer key is known by its hash only, a signature covers the body's
 * digest. @returns the hash of the bearer key, or null for a signed request. @throws when a signature is wrong
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
  const good = await crypto.subtle.verify(
    'HMAC',
    await hmacKey(env),
    bytesOf(of('signature'), 'hex'),
    encoder.encode(canonical),
  );
  if (!good) throw new Error('the signature is wrong');
  return null;
}

let hmac: Promise<CryptoKey> | undefined;
const hmacKey = (env: FloorEnv) => {
  hmac ??= crypto.subtle.importKey('raw', encoder.encode(env.HMAC_SECRET), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);
  return hmac;
};

let ed25519: Promise<CryptoKey> | undefined;
const callbackKey = (env: FloorEnv) => {
  ed25519 ??= crypto.subtle.importKey('spki', bytesOf(env.CALLBACK_KEY, 'base64'), 'Ed25519', false, ['verify']);
  return ed25519;
};

/** @throws when a callback is not signed over its body */
export async function verifyCallback(request: Request, env: FloorEnv, body: string): Promise<void> {
  const of = (name: string) => request.headers.get(name) ?? '';
  const digest = `sha-256=:${Buffer.from(await sha256(body)).toString('base64')}:`;
  const base = `"content-digest": ${digest}\n"@signature-params": ${of('signature-input').slice(6)}`;
  const signature = bytesOf(of('signature').slice(7, -1), 'base64');
  const good = await crypto.subtle.verify('Ed25519', await callbackKey(env), signature, encoder.encode(base));
  if (!good) throw new Error('the signature is wrong');
}
