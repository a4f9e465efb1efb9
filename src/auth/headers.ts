/** The credentials that a request presents, not verified yet. */
export type Claim =
  | { kind: 'bearer'; key: string; merchantId: string | null }
  | {
      kind: 'signed';
      merchantId: string;
      /** As sent, for the signature. */
      timestamp: string;
      /** The timestamp in ms, and whether it was sent in seconds or in ms (`skipify` only). */
      time: number;
      unit: 's' | 'ms';
      nonce: string;
      signature: string;
      keyId: string | null;
    }
  | { kind: 'malformed'; reason: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const forms = {
  timestamp: /^(?:[1-9]\d{9}|[1-9]\d{12})$/,
  nonce: /^[A-Za-z0-9_-]{16,64}$/,
  signature: /^[0-9a-f]{64}$/,
  keyId: /^[A-Za-z0-9_-]{1,64}$/,
  // The scheme's name ignores case (RFC 9110 §11.1); the key is a token68.
  authorization: /^(?:bearer|apikey) +([A-Za-z0-9._~+/-]{16,256}=*)$/i,
};

const malformed = (reason: string): Claim => ({ kind: 'malformed', reason });

/**
 * Reads the authentication headers. A request with both `Authorization` and `signature` is refused: choosing one of two identities could
 * let it skip the nonce.
 */
export function parseClaim(headers: Headers): Claim {
  const authorization = headers.get('authorization');
  const signature = headers.get('signature');
  if (authorization !== null && signature !== null) return malformed('both Authorization and signature');
  if (authorization !== null) return parseBearer(authorization, headers.get('x-merchant-id'));
  if (signature !== null) return parseSigned(headers, signature);
  return malformed('no credentials');
}

function parseBearer(authorization: string, merchantId: string | null): Claim {
  const key = forms.authorization.exec(authorization)?.[1];
  if (!key) return malformed('Authorization is neither Bearer nor ApiKey');
  return { kind: 'bearer', key, merchantId };
}

function parseSigned(headers: Headers, signature: string): Claim {
  const merchantId = headers.get('x-merchant-id') ?? '';
  const timestamp = headers.get('timestamp') ?? '';
  const nonce = headers.get('nonce') ?? '';
  const keyId = headers.get('x-key-id');
  if (!uuid.test(merchantId)) return malformed('x-merchant-id is not a UUID');
  if (!forms.timestamp.test(timestamp)) return malformed('timestamp is not Unix time');
  if (!forms.nonce.test(nonce)) return malformed('nonce is malformed');
  if (!forms.signature.test(signature)) return malformed('signature is not 64 lowercase hex digits');
  if (keyId !== null && !forms.keyId.test(keyId)) return malformed('x-key-id is malformed');
  const unit = timestamp.length === 13 ? 'ms' : 's';
  const time = Number(timestamp) * (unit === 's' ? 1000 : 1);
  return { kind: 'signed', merchantId, timestamp, time, unit, nonce, signature, keyId };
}
