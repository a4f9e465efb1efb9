import * as z from 'zod/mini';
import { sha256Hex, toBase64, utf8 } from '../../../lib/encoding.ts';
import { isFresh, strictBase64, verifyEd25519 } from '../../../lib/signatures.ts';
import {
  type CallbackHandler,
  deliveryEvent,
  type Meaning,
  means,
  parsedBody,
  type Report,
  typeForLog,
} from '../../callback.ts';
import { KeyUnavailable, MailChannelsKeys } from './keys.ts';

/** MailChannels sends one signature, over the body's digest alone. A signature over other components proves something else. */
const INPUT = /^(sig_\d{1,10})=(\("content-digest"\);created=(\d{1,12});alg="ed25519";keyid="([A-Za-z0-9._-]{1,64})")$/;
const SIGNATURE = /^(sig_\d{1,10})=:([A-Za-z0-9+/]{86}==):$/;
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

/** A signature whose form, time and digest are right. It still has to be verified with its key. */
export type UnverifiedSignature = { keyId: string; base: Uint8Array; signature: Uint8Array };

/** Reads an RFC 9421 signature as MailChannels makes it and checks the body's RFC 9530 digest. null: it is wrong or too old. @param now ms */
export async function readSignature(
  headers: Headers,
  body: Uint8Array,
  now: number,
): Promise<UnverifiedSignature | null> {
  const contentDigest = headers.get('content-digest') ?? '';
  const [, label, params, created, keyId] = INPUT.exec(headers.get('signature-input') ?? '') ?? [];
  const [, signedLabel, encoded] = SIGNATURE.exec(headers.get('signature') ?? '') ?? [];
  const bytes = strictBase64(encoded ?? '');
  if (!label || label !== signedLabel || !params || !created || !keyId || !bytes || !isFresh(created, now)) return null;
  const [, claimed] = DIGEST.exec(contentDigest) ?? [];
  // Both digests are public, so the time that comparing takes gives nothing away.
  if (claimed !== toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', body)))) return null;
  const base = utf8(`"content-digest": ${contentDigest}\n"@signature-params": ${params}`);
  return { keyId, base, signature: bytes };
}

/** Whether the signature was made with this key. */
export const verifyMailchannels = (unverified: UnverifiedSignature, key: CryptoKey): Promise<boolean> =>
  verifyEd25519(key, unverified.signature, unverified.base);

const text = z.nullish(z.string());

/** `email` in an event is the sender. The recipient (`recipients`) is not needed: the attempt has it. */
const Event = z.object({
  event: z.string(),
  campaign_id: text,
  smtp_id: text,
  status: z.nullish(z.union([z.string(), z.number()])),
  reason: text,
});

/** The account that an event belongs to. */
const Owned = z.object({ customer_handle: z.string() });

/** https://docs.mailchannels.net/email-api/. An email that is opened, clicked, complained about or unsubscribed from was delivered. A soft bounce is tried again by MailChannels. */
const meanings: Record<string, Meaning> = {
  processed: means('SENT'),
  'soft-bounced': means('SENT'),
  delivered: means('DELIVERED'),
  open: means('DELIVERED'),
  click: means('DELIVERED'),
  dropped: means('FAILED'),
  'hard-bounced': means('BOUNCED', 'hard_bounce'),
  complained: means('DELIVERED', 'complaint'),
  unsubscribed: means('DELIVERED', 'unsubscribe'),
};

/** Whether every event is of the account `handle`. Events of other accounts carry valid signatures too. */
export const isOwn = (events: readonly unknown[], handle: string): boolean =>
  events.every((event) => Owned.safeParse(event).data?.customer_handle === handle);

/** Reads a batch. Events have no ids, so equal events count as one. */
export async function mailchannelsReport(batch: readonly unknown[]): Promise<Report> {
  const report: Report = { events: [], optOut: null, ignored: [] };
  for (const item of batch) {
    const event = Event.safeParse(item).data;
    const meaning = event && Object.hasOwn(meanings, event.event) ? meanings[event.event] : undefined;
    if (!event || !meaning) {
      report.ignored.push(event ? typeForLog(event.event) : 'malformed');
      continue;
    }
    const key = await sha256Hex(utf8(JSON.stringify(item)));
    const about = { attemptId: event.campaign_id, messageId: event.smtp_id };
    const reason = [event.status, event.reason].filter((part) => part !== null && part !== undefined).join(' ');
    report.events.push(deliveryEvent('mailchannels', key, about, meaning, reason));
  }
  return report;
}

const keys = new MailChannelsKeys();

/** Delivery events, up to 1,000 a request. */
export const mailchannelsCallback: CallbackHandler = {
  async read(config, { headers, body, now, mayAsk }) {
    const handle = config.MAILCHANNELS_CUSTOMER_HANDLE;
    const unverified = handle ? await readSignature(headers, body, now) : null;
    if (!handle || !unverified) return { kind: 'not_signed' };
    try {
      const key = await keys.get(config, unverified.keyId, now, mayAsk);
      if (!key || !(await verifyMailchannels(unverified, key))) return { kind: 'not_signed' };
    } catch (error) {
      if (error instanceof KeyUnavailable) return { kind: 'key_unavailable' };
      throw error;
    }
    const batch = parsedBody(body);
    if (!Array.isArray(batch)) return { kind: 'unreadable' };
    if (!isOwn(batch, handle)) return { kind: 'not_signed' };
    return { kind: 'report', report: await mailchannelsReport(batch) };
  },
};
