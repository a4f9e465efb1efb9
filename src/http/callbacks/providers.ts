import type { Context } from 'hono';
import type { Report } from '../../delivery/callback.ts';
import { holds, isOwn, mailchannelsReport, readClaim } from '../../delivery/providers/mailchannels/callback.ts';
import { KeyUnavailable, MailChannelsKeys } from '../../delivery/providers/mailchannels/keys.ts';
import { resendReport, verifyResend } from '../../delivery/providers/resend/callback.ts';
import { telnyxReport, verifyTelnyx } from '../../delivery/providers/telnyx/callback.ts';
import { type OptOut, readForm, twilioReport, verifyTwilio } from '../../delivery/providers/twilio/callback.ts';
import { refusal } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import type { ReportingProvider } from '../../model.ts';
import { receiveDeliveryEvents } from '../../paylinks/delivery-events.ts';
import { recordOptOut } from '../../paylinks/recipients/suppressions.ts';
import type { AppEnv } from '../app-env.ts';
import { problem } from '../problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** One answer for every cause: no secret configured, no signature, a wrong or an old one. */
export const notSigned = (c: Context<AppEnv>): Response =>
  problem(c, refusal('unauthenticated', 'The signature is missing or not valid.'));

export const unreadable = (c: Context<AppEnv>): Response =>
  problem(c, refusal('invalid_request', 'The body is signed but cannot be read.'));

/** The body as JSON; undefined when it is none. */
export function jsonBody(c: Context<AppEnv>): unknown {
  try {
    return JSON.parse(decoder.decode(c.get('body')));
  } catch {
    return undefined;
  }
}

/** Makes what a signed request reports durable; it is applied after the answer, which a provider may wait for only 2 s (Telnyx). */
export async function take(
  c: Context<AppEnv>,
  provider: ReportingProvider,
  report: Report & { opt?: OptOut | null },
): Promise<void> {
  const { events, ignored, opt } = report;
  const config = c.get('config');
  const now = c.get('now');
  if (opt) await recordOptOut(c.env, config, { provider, ...opt }, now);
  const { fresh, apply } = await receiveDeliveryEvents(c.env, config, events, now);
  if (fresh > 0) c.executionCtx.waitUntil(apply());
  const counts = { events: events.length, fresh, opt: opt?.kind ?? null, ignored: ignored.length };
  log('info', 'provider_events', { requestId: c.get('requestId'), provider, ...counts });
  for (const type of new Set(ignored)) {
    const count = ignored.filter((one) => one === type).length;
    log('info', 'provider_event_ignored', { provider, type, count });
  }
}

const keys = new MailChannelsKeys();

const received = (c: Context<AppEnv>) => c.json({ received: true });

/** Delivery events of MailChannels, up to 1,000 in a batch. */
export async function mailchannels(c: Context<AppEnv>): Promise<Response> {
  const config = c.get('config');
  const handle = config.MAILCHANNELS_CUSTOMER_HANDLE;
  const claim = handle ? await readClaim(c.req.raw.headers, c.get('body'), c.get('now')) : null;
  if (!handle || !claim) return notSigned(c);
  try {
    const key = await keys.get(config, claim.keyId, c.get('now'));
    if (!key || !(await holds(claim, key))) return notSigned(c);
  } catch (error) {
    if (!(error instanceof KeyUnavailable)) throw error;
    const detail = 'The signing key could not be asked for. Try again.';
    return problem(c, refusal('unavailable', detail, { retryAfterSeconds: 30 }));
  }
  const body = jsonBody(c);
  if (!Array.isArray(body)) return unreadable(c);
  if (!isOwn(body, handle)) return notSigned(c);
  await take(c, 'mailchannels', await mailchannelsReport(body));
  return received(c);
}

/** Delivery events of Resend, one at a time. */
export async function resend(c: Context<AppEnv>): Promise<Response> {
  const secret = c.get('config').RESEND_WEBHOOK_SECRET;
  const { headers } = c.req.raw;
  if (!secret || !(await verifyResend(secret, headers, c.get('body'), c.get('now')))) return notSigned(c);
  const body = jsonBody(c);
  if (body === undefined) return unreadable(c);
  await take(c, 'resend', resendReport(headers.get('svix-id') ?? '', body));
  return received(c);
}

/** Status callbacks of Twilio, and what customers send to our number. */
export async function twilio(c: Context<AppEnv>): Promise<Response> {
  const { TWILIO_AUTH_TOKEN: token, PUBLIC_BASE_URL } = c.get('config');
  const form = readForm(c.get('body'));
  const { pathname, search, searchParams } = new URL(c.req.url);
  const signature = c.req.header('x-twilio-signature') ?? '';
  // Signed as Twilio was given it, whatever host a proxy in front of us made of it.
  const url = `${PUBLIC_BASE_URL}${pathname}${search}`;
  if (!token || !form || !(await verifyTwilio(token, url, form, signature))) return notSigned(c);
  await take(c, 'twilio', twilioReport(form, searchParams));
  // TwiML that says nothing: whatever Twilio replies to a STOP, it replies itself.
  return c.body('<?xml version="1.0" encoding="UTF-8"?><Response/>', 200, { 'content-type': 'text/xml' });
}

/** Delivery events of Telnyx, and what customers send to our number. */
export async function telnyx(c: Context<AppEnv>): Promise<Response> {
  const key = c.get('config').TELNYX_PUBLIC_KEY;
  if (!key || !(await verifyTelnyx(key, c.req.raw.headers, c.get('body'), c.get('now')))) return notSigned(c);
  const body = jsonBody(c);
  if (body === undefined) return unreadable(c);
  await take(c, 'telnyx', telnyxReport(body));
  return received(c);
}
