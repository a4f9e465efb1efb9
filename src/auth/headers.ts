import type { FieldError } from '../errors.ts';

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
      version: 1 | 2;
    }
  /** `reason` is for the log, `advice` for the caller: the header, and what to do about it. */
  | { kind: 'malformed'; reason: string; advice: FieldError };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const forms = {
  timestamp: /^(?:[1-9]\d{9}|[1-9]\d{12})$/,
  nonce: /^[A-Za-z0-9_-]{16,64}$/,
  signature: /^[0-9a-f]{64}$/,
  keyId: /^[A-Za-z0-9_-]{1,64}$/,
  // The scheme's name ignores case (RFC 9110 §11.1); the key is a token68.
  authorization: /^(?:bearer|apikey) +([A-Za-z0-9._~+/-]{16,256}=*)$/i,
};

const malformed = (reason: string, path: string, message: string): Claim => ({
  kind: 'malformed',
  reason,
  advice: { path, message },
});

const notBoth =
  'Send either Authorization or a signature, not both: choosing one of two identities could skip the nonce.';
const howToAuthenticate =
  'Send Authorization: Bearer <api-key>, or sign the request: x-merchant-id, timestamp, nonce and signature.';

/**
 * Reads the authentication headers. A request with both `Authorization` and `signature` is refused: choosing one of two identities could
 * let it skip the nonce. What is wrong with their form is said; it needs no secret to see.
 */
export function parseClaim(headers: Headers): Claim {
  const authorization = headers.get('authorization');
  const signature = headers.get('signature');
  if (authorization !== null && signature !== null)
    return malformed('both Authorization and signature', 'Authorization', notBoth);
  if (authorization !== null) return parseBearer(authorization, headers.get('x-merchant-id'));
  if (signature !== null) return parseSigned(headers, signature);
  if (headers.has('nonce') || headers.has('timestamp'))
    return malformed('signature is missing', 'signature', 'The header is missing.');
  return malformed('no credentials', 'Authorization', howToAuthenticate);
}

function parseBearer(authorization: string, merchantId: string | null): Claim {
  const key = forms.authorization.exec(authorization)?.[1];
  if (!key) {
    const message = /^(?:bearer|apikey) /i.test(authorization)
      ? 'The API key is malformed: it is 16 to 256 letters, digits and ._~+/-, without spaces or quotes.'
      : 'Write it as `Bearer <api-key>` or `ApiKey <api-key>`.';
    return malformed('Authorization is neither Bearer nor ApiKey', 'Authorization', message);
  }
  if (/^sk_(?:test|live|skipify)_/.test(key)) {
    const message = 'This is a secret to sign requests with, not an API key, which begins with plk_.';
    return malformed('a signing secret as an API key', 'Authorization', message);
  }
  return { kind: 'bearer', key, merchantId };
}

/** What is to be done where a header has not its form. */
const advice: Record<string, (value: string) => string> = {
  'x-merchant-id': () => 'Must be the merchant’s id, a UUID.',
  timestamp: () => 'Must be Unix seconds, such as 1735689600, the same that was signed.',
  nonce: ({ length }) =>
    `Must be 16 to 64 of A-Z a-z 0-9 _ -, new for each request; this one has ${length} characters.`,
  signature: (value) => {
    if (/^[0-9A-F]{64}$/i.test(value)) return 'Must be in lower case.';
    if (/^[A-Za-z0-9+/_-]{43}=?$/.test(value)) return 'Must be hex, 64 digits; this looks like Base64.';
    return 'Must be 64 lowercase hex digits, nothing before or after them.';
  },
  'x-signature-version': () => 'Must be 1 or 2.',
  'x-key-id': () => 'Must be the id of one of the merchant’s credentials.',
};

function parseSigned(headers: Headers, signature: string): Claim {
  const merchantId = headers.get('x-merchant-id') ?? '';
  const timestamp = headers.get('timestamp') ?? '';
  const nonce = headers.get('nonce') ?? '';
  const keyId = headers.get('x-key-id');
  const version = headers.get('x-signature-version') ?? '1';
  const given: [name: string, value: string, form: RegExp][] = [
    ['x-merchant-id', merchantId, uuid],
    ['timestamp', timestamp, forms.timestamp],
    ['nonce', nonce, forms.nonce],
    ['signature', signature, forms.signature],
    ['x-signature-version', version, /^[12]$/],
    ...(keyId === null ? [] : [['x-key-id', keyId, forms.keyId] satisfies [string, string, RegExp]]),
  ];
  for (const [name, value, form] of given) {
    if (form.test(value)) continue;
    if (value === '') return malformed(`${name} is missing`, name, 'The header is missing.');
    return malformed(`${name} is malformed`, name, advice[name]?.(value) ?? 'The header is malformed.');
  }
  const unit = timestamp.length === 13 ? 'ms' : 's';
  const time = Number(timestamp) * (unit === 's' ? 1000 : 1);
  const signed = { merchantId, timestamp, time, unit, nonce, signature, keyId } as const;
  return { kind: 'signed', ...signed, version: version === '2' ? 2 : 1 };
}
