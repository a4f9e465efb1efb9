/** The HTTP status of each refusal; GraphQL and problems map the code to their own form. */
export const statusOf = {
  invalid_request: 400,
  no_channel: 400,
  channel_not_enabled: 400,
  missing_recipient: 400,
  consent_required: 400,
  not_active: 400,
  nothing_due: 400,
  already_paid: 400,
  already_canceled: 400,
  suppressed: 400,
  country_not_allowed: 400,
  not_unknown: 400,
  paylink_full: 400,
  unauthenticated: 401,
  forbidden: 403,
  suspended: 403,
  recipient_decides: 403,
  not_found: 404,
  method_not_allowed: 405,
  idempotency_in_progress: 409,
  send_in_progress: 409,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reuse: 422,
  rate_limited: 429,
  resend_limit: 429,
  sms_limit: 429,
  override_limit: 429,
  send_failed: 500,
  misconfigured: 500,
  internal: 500,
  unavailable: 503,
  overloaded: 503,
} as const;

export type ErrorCode = keyof typeof statusOf;

/** `path` is dotted, from the body's root: `customer.email`, `lineItems.0.price`. */
export type FieldError = { path: string; message: string };

/** An expected refusal: why (for a person), which fields, and when to try again (seconds). */
export type Refusal = {
  code: ErrorCode;
  detail: string;
  errors?: FieldError[];
  /** What the refusal is about, as further members of its problem. */
  facts?: { [name: string]: string | null };
  retryAfterSeconds?: number;
};

/** A refusal with the detail that a caller reads. `more`: the wrong fields, facts, and when to try again (s). */
export const refusal = (code: ErrorCode, detail: string, more: Omit<Refusal, 'code' | 'detail'> = {}): Refusal => ({
  code,
  detail,
  ...more,
});

export const unauthenticated = refusal('unauthenticated', 'The request is not authenticated.');

export const merchantNotFound = refusal('not_found', 'Merchant was not found.');

/** The same words for a Paylink that is unknown and for one of another merchant. */
export const notFound = refusal('not_found', 'Paylink was not found.');

/** `status`: the Paylink's, which does not allow what was asked. */
export const notActive = (status: string, detail: string): Refusal =>
  refusal('not_active', detail, { facts: { paylinkStatus: status } });
