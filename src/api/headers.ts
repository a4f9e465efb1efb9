import type { JsonObject } from './json-schema.ts';
import type { AnswerHeader, Operation } from './operation.ts';

const header = (description: string, type = 'string'): JsonObject => ({ description, schema: { type } });

type Described = AnswerHeader | 'X-Request-Id' | 'RateLimit' | 'RateLimit-Policy';

/** Headers of answers. */
export const answerHeaders: Record<Described, JsonObject> = {
  'X-Request-Id': header('Names the request; the log has it too.'),
  RateLimit: header('`"merchant";r=42;t=17`: 42 units left, more in 17 s.'),
  'RateLimit-Policy': header('`"merchant";q=100;w=60`: 100 units in 60 s.'),
  Location: header('Where it is.'),
  'Retry-After': header('Seconds to wait before the next try.', 'integer'),
  'Idempotency-Replayed': header('`true`: this is the first answer to this key, and nothing was done again.'),
  'Preference-Applied': header('`wait=10`: a repeat waits up to 10 s for the running request.'),
  Allow: header('The methods that this path has.'),
  'WWW-Authenticate': header('Both schemes.'),
  Link: header('`rel="next"`: where to continue.'),
};

/** Headers of requests. */
export const requestHeaders: { [name: string]: JsonObject } = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Names the operation: a repeat with the same key gets the first answer and does nothing again. 1 to 255 printable ASCII characters. `X-Idempotency-Key` is the same header.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description: '`wait=N` (at most 20): wait for a running request with the same key.',
    schema: { type: 'string' },
    example: 'wait=10',
  },
};

/** The headers that an operation takes, by name. */
export const headersTaken = ({ keyed }: Operation): string[] => {
  if (keyed === undefined) return [];
  return keyed === 'wait' ? ['Idempotency-Key', 'Prefer'] : ['Idempotency-Key'];
};

const signed = ['x-merchant-id', 'timestamp', 'nonce', 'x-signature-version', 'signature'];
const apiKey = (name: string, description: string): JsonObject => ({ type: 'apiKey', in: 'header', name, description });

/** How requests are authenticated. */
export const securitySchemes: JsonObject = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, `plk_test_…` or `plk_live_…`. `ApiKey` is the same scheme.',
  },
  'x-merchant-id': apiKey('x-merchant-id', 'Of a signed request: who signs.'),
  timestamp: apiKey('timestamp', 'Of a signed request: Unix seconds, at most 300 s off.'),
  nonce: apiKey('nonce', 'Of a signed request: 16 to 64 of `A-Z a-z 0-9 _ -`, new each time.'),
  'x-signature-version': apiKey('x-signature-version', 'Of a signed request: `2`; absent: version 1.'),
  signature: apiKey('signature', 'HMAC-SHA256 over the request: [how to sign](/docs/signing).'),
  operator: { type: 'http', scheme: 'bearer', description: 'The operator’s `ADMIN_TOKEN`.' },
};

/** Which of them an operation takes: either an API key, or the four headers of a signature. */
export function securityOf({ who }: Operation): JsonObject[] {
  if (who === 'operator') return [{ operator: [] }];
  return who === 'merchant' ? [{ bearer: [] }, Object.fromEntries(signed.map((name) => [name, []]))] : [];
}
