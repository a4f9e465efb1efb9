import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, refusal, statusOf } from '../../../src/errors.ts';
import { operationSuccess } from '../../../src/http/graphql/send-result.ts';
import { paylink, sent } from './fake-run.ts';

describe('the OperationSuccess of a send', () => {
  it('is a success only if a provider accepted the message', () => {
    expect(operationSuccess(sent, 'EMAIL')).toEqual({ success: true, message: 'The payment link was emailed.' });
    expect(operationSuccess({ ...sent, accepted: ['SMS'] }, 'SMS')).toEqual({
      success: true,
      message: 'The payment link was texted.',
    });
  });

  it('is the same for a replay', () => {
    expect(operationSuccess({ ...sent, replayed: true }, 'EMAIL')).toEqual(operationSuccess(sent, 'EMAIL'));
  });

  it('says that the outcome is not known, and not to send again, while the provider has not answered', () => {
    expect(operationSuccess({ kind: 'pending', paylink, replayed: false }, 'SMS')).toEqual({
      success: false,
      message:
        'The provider has not answered yet, so the payment link may or may not have been sent. Do not send it again: the ' +
        "session's deliveryLogs show the outcome once it is known, and so does this request repeated with the same Idempotency-Key.",
    });
  });

  it("has the provider's reason for a refusal", () => {
    expect(operationSuccess({ kind: 'failed', paylink, reason: 'invalid number', replayed: false }, 'SMS')).toEqual({
      success: false,
      message:
        'The payment link was not sent, the provider refused it: invalid number. Check the phone number, or try again later.',
    });
  });

  // `Record` makes a code without a line here a compile error.
  const expected: Record<ErrorCode, string> = {
    invalid_request: 'value',
    no_channel: 'value',
    channel_not_enabled: 'value',
    missing_recipient: 'value',
    consent_required: 'value',
    not_active: 'value',
    nothing_due: 'value',
    already_paid: 'value',
    already_canceled: 'value',
    suppressed: 'value',
    country_not_allowed: 'value',
    recipient_decides: 'value',
    not_unknown: 'value',
    paylink_full: 'value',
    send_in_progress: 'value',
    unauthenticated: 'UNAUTHENTICATED',
    forbidden: 'FORBIDDEN',
    suspended: 'FORBIDDEN',
    not_found: 'value',
    method_not_allowed: 'BAD_USER_INPUT',
    idempotency_in_progress: 'RATE_LIMITED',
    conflict: 'value',
    payload_too_large: 'BAD_USER_INPUT',
    unsupported_media_type: 'BAD_USER_INPUT',
    idempotency_key_reuse: 'BAD_USER_INPUT',
    rate_limited: 'RATE_LIMITED',
    resend_limit: 'value',
    sms_limit: 'value',
    override_limit: 'value',
    send_failed: 'value',
    misconfigured: 'INTERNAL',
    overloaded: 'UNAVAILABLE',
    internal: 'INTERNAL',
    unavailable: 'UNAVAILABLE',
  };

  for (const [code, form] of Object.entries(expected)) {
    it(`is, for ${code}, ${form === 'value' ? 'success: false with a message' : `an error with ${form}`}`, () => {
      const known = Object.keys(statusOf).find((name): name is ErrorCode => name === code);
      if (!known) throw new Error(`${code} is no code`);
      const answer = operationSuccess(
        { kind: 'refused', refusal: refusal(known, 'The detail.', { retryAfterSeconds: 7 }) },
        'EMAIL',
      );
      if (form === 'value') {
        expect(answer).toEqual({ success: false, message: expect.stringMatching(/^.{10,}/) });
      } else {
        expect(answer).toBeInstanceOf(GraphQLError);
        expect(answer).toMatchObject({ extensions: { code: form, reason: code, retryAfterSeconds: 7 } });
      }
    });
  }

  it('names the missing recipient by channel', () => {
    const missing = { kind: 'refused', refusal: refusal('missing_recipient', 'x') } as const;
    expect(operationSuccess(missing, 'EMAIL')).toEqual({
      success: false,
      message: "The session's contact has no email: add one, or pass `to`.",
    });
    expect(operationSuccess(missing, 'SMS')).toEqual({
      success: false,
      message: "The session's contact has no phone: add one, or pass `to`.",
    });
  });

  it('says when a capped send may be tried again', () => {
    const capped = (retryAfterSeconds: number) =>
      operationSuccess(
        { kind: 'refused', refusal: refusal('resend_limit', 'Too many.', { retryAfterSeconds }) },
        'SMS',
      );
    expect(capped(30)).toEqual({ success: false, message: 'Too many. Try again in 30 s.' });
    expect(capped(600)).toEqual({ success: false, message: 'Too many. Try again in 10 minutes.' });
    expect(capped(86_400)).toEqual({ success: false, message: 'Too many. Try again in 24 hours.' });
  });
});
