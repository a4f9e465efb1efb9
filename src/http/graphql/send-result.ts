import { GraphQLError } from 'graphql';
import type { Refusal } from '../../errors.ts';
import type { Channel } from '../../model/delivery.ts';
import type { SendOutcome } from '../../paylinks/domain/outcome.ts';
import { type GraphqlErrorCode, refusalError } from './errors.ts';
import { sessionNotFound } from './send-arguments.ts';

export type OperationSuccess = { success: boolean; message: string };

const unsuccessful = (message: string): OperationSuccess => ({ success: false, message });

const error = (code: GraphqlErrorCode, message: string, { code: reason, retryAfterSeconds }: Refusal): GraphQLError =>
  new GraphQLError(message, {
    extensions: { code, reason, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
  });

const words: Record<Channel, { done: string; recipient: string; missing: string }> = {
  EMAIL: { done: 'emailed', recipient: 'email address', missing: 'email' },
  SMS: { done: 'texted', recipient: 'phone number', missing: 'phone' },
};

/**
 * A send's outcome for GraphQL. A business failure is a value with a message that a person can act on. A malformed request, a used-up
 * quota and a fault of the gateway are errors to throw. `success` is true only if a provider accepted the message.
 */
export function operationSuccess(outcome: SendOutcome, channel: Channel): OperationSuccess | GraphQLError {
  switch (outcome.kind) {
    case 'sent':
      return { success: true, message: `The payment link was ${words[channel].done}.` };
    case 'pending':
      return unsuccessful(
        'The provider has not answered yet, so the payment link may or may not have been sent. Do not send it again: the ' +
          "session's deliveryLogs show the outcome once it is known, and so does this request repeated with the same Idempotency-Key.",
      );
    case 'failed':
      return unsuccessful(
        `The payment link was not sent, the provider refused it: ${outcome.reason}. Check the ${words[channel].recipient}, or try again later.`,
      );
    case 'refused':
      return refused(outcome.refusal, channel);
  }
}

/** A refused cancel: what the session's state does not allow is a value, the rest an error to throw. */
export function refusedOperation(refusal: Refusal): OperationSuccess | GraphQLError {
  switch (refusal.code) {
    case 'not_found':
      return unsuccessful(sessionNotFound);
    case 'not_active':
    case 'already_paid':
    case 'already_canceled':
    case 'send_in_progress':
      return unsuccessful(refusal.detail);
    default:
      return refusalError(refusal);
  }
}

function refused(refusal: Refusal, channel: Channel): OperationSuccess | GraphQLError {
  const { recipient, missing } = words[channel];
  switch (refusal.code) {
    case 'not_found':
      return unsuccessful(sessionNotFound);
    case 'not_active':
    case 'already_paid':
    case 'already_canceled':
      return unsuccessful(
        `The payment session is not active (it is ${refusal.facts?.paylinkStatus ?? 'paid, refunded, canceled or expired'}), so its link was not sent.`,
      );
    case 'missing_recipient':
      return unsuccessful(`The session's contact has no ${missing}: add one, or pass \`to\`.`);
    case 'consent_required':
      return unsuccessful(
        'The customer has not agreed to receive messages (customerConsent), so the link was not sent.',
      );
    case 'suppressed':
      return unsuccessful(
        `This ${recipient} does not take messages (${suppressionOf(refusal)}). Pass another \`to\`, or lift the suppression.`,
      );
    case 'nothing_due':
    case 'invalid_request':
    case 'no_channel':
    case 'channel_not_enabled':
    case 'country_not_allowed':
    case 'send_failed':
    case 'send_in_progress':
    case 'not_unknown':
    case 'recipient_decides':
    case 'paylink_full':
    case 'conflict':
      return unsuccessful(refusal.detail);
    case 'resend_limit':
    case 'sms_limit':
    case 'override_limit':
      return unsuccessful(`${refusal.detail}${tryAgain(refusal.retryAfterSeconds)}`);
    case 'idempotency_key_reuse':
      return error('BAD_USER_INPUT', 'This Idempotency-Key was used for another operation; use a new one.', refusal);
    case 'idempotency_in_progress':
      // The published code after which clients wait and repeat the request; `reason` says why.
      return error(
        'RATE_LIMITED',
        'The same send is still running: repeat this request with the same Idempotency-Key in a moment.',
        refusal,
      );
    case 'rate_limited':
      return error('RATE_LIMITED', refusal.detail, refusal);
    case 'unauthenticated':
      return error('UNAUTHENTICATED', refusal.detail, refusal);
    case 'forbidden':
    case 'suspended':
      return error('FORBIDDEN', refusal.detail, refusal);
    case 'method_not_allowed':
    case 'payload_too_large':
    case 'unsupported_media_type':
      return error('BAD_USER_INPUT', refusal.detail, refusal);
    case 'unavailable':
    case 'overloaded':
      return error(
        'UNAVAILABLE',
        'The gateway is unavailable for a moment: repeat this request with the same Idempotency-Key.',
        refusal,
      );
    case 'misconfigured':
    case 'internal':
      return error(
        'INTERNAL',
        'Something went wrong on our side. Repeat the request with the same Idempotency-Key.',
        refusal,
      );
  }
}

const suppressionOf = ({ facts }: Refusal): string =>
  facts?.reason
    ? `${facts.reason}${facts.suppressionId ? `, suppression ${facts.suppressionId}` : ''}`
    : 'it bounced, complained or opted out';

function tryAgain(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  if (seconds <= 90) return ` Try again in ${seconds} s.`;
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 90 ? ` Try again in ${minutes} minutes.` : ` Try again in ${Math.ceil(minutes / 60)} hours.`;
}
