import type { Context } from 'hono';
import type { Config } from '../env.ts';
import { type ErrorCode, type Refusal, statusOf } from '../errors.ts';
import type { AppEnv } from './app-env.ts';

/** What a code means, in a few words. */
export const titles: Record<ErrorCode, string> = {
  invalid_request: 'Invalid request',
  no_channel: 'No channel chosen',
  channel_not_enabled: 'Channel not enabled',
  missing_recipient: 'No recipient',
  consent_required: 'Customer consent required',
  not_active: 'Paylink is not active',
  nothing_due: 'Nothing is due',
  already_paid: 'Paylink is already paid',
  already_canceled: 'Paylink is already canceled',
  suppressed: 'Recipient is suppressed',
  country_not_allowed: 'Country not allowed',
  not_unknown: 'The outcome is known',
  paylink_full: 'The Paylink is full',
  unauthenticated: 'Authentication required',
  forbidden: 'Not allowed',
  suspended: 'Merchant is suspended',
  recipient_decides: 'The recipient decides',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  idempotency_in_progress: 'Request in progress',
  send_in_progress: 'A message is under way',
  conflict: 'Conflict',
  payload_too_large: 'Payload too large',
  unsupported_media_type: 'Unsupported media type',
  idempotency_key_reuse: 'Idempotency key reused',
  rate_limited: 'Too many requests',
  resend_limit: 'Too many sends',
  sms_limit: 'Too many SMS',
  override_limit: 'Too many other recipients',
  send_failed: 'Unable to send the Paylink',
  misconfigured: 'Gateway is misconfigured',
  internal: 'Internal error',
  unavailable: 'Temporarily unavailable',
  overloaded: 'Too many requests are waiting',
};

/** The path of a URL. A request's URL is normalised already. */
const pathOf = (url: string): string => /^[^/]*\/\/[^/]*([^?#]*)/.exec(url)?.[1] ?? '';

/** Seconds after which a caller may come again; null: none are known. A 503 always has some. */
export const retryAfterOf = ({ code, retryAfterSeconds }: Refusal): number | null =>
  retryAfterSeconds ?? (statusOf[code] === 503 ? 1 : null);

/** `WWW-Authenticate` and `Retry-After`, where a refusal has them. */
export function refusalHeaders(refused: Refusal): Record<string, string> {
  const seconds = retryAfterOf(refused);
  return {
    ...(refused.code === 'unauthenticated'
      ? {
          'www-authenticate': 'Bearer realm="paylinks", ApiKey realm="paylinks", PAYLINKS-HMAC-SHA256 realm="paylinks"',
        }
      : {}),
    ...(seconds === null ? {} : { 'retry-after': String(seconds) }),
  };
}

/** A refusal as `application/problem+json` (RFC 9457), with `code`, `requestId` and, for wrong fields, `errors`. `type` is where the documentation says what to do. */
export function problem(c: Context<AppEnv>, refused: Refusal, headers: Record<string, string> = {}): Response {
  c.set('code', refused.code);
  const status = statusOf[refused.code];
  // Without a configuration there is no address to name: the reference is then relative to the request's (RFC 9457 §3.1.1).
  const config: Config | undefined = c.get('config');
  const base = config?.PUBLIC_BASE_URL ?? '';
  const body = {
    type: `${base}/docs/errors#${refused.code}`,
    title: titles[refused.code],
    status,
    detail: refused.detail,
    instance: pathOf(c.req.url),
    code: refused.code,
    requestId: c.get('requestId'),
    ...refused.facts,
    ...(refused.errors ? { errors: refused.errors } : {}),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...refusalHeaders(refused),
      ...headers,
    },
  });
}
