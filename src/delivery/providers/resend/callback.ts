import * as z from 'zod/mini';
import { isFresh, strictBase64, textAndBody } from '../../../lib/signatures.ts';
import {
  type CallbackHandler,
  deliveryEvent,
  ignoring,
  type Meaning,
  means,
  parsedBody,
  type Report,
  typeForLog,
} from '../../callback.ts';

/** Signatures that are tried: more than any rotation of keys needs. */
const MAX_SIGNATURES = 8;

/**
 * Whether a request is signed the Standard Webhooks 1.0 way under Svix's header names: HMAC-SHA256 of `id.timestamp.body`, any one of
 * the `v1` signatures. `secret` is `whsec_` and Base64. @param now ms
 */
export async function verifyResend(secret: string, headers: Headers, body: Uint8Array, now: number): Promise<boolean> {
  const id = headers.get('svix-id') ?? '';
  const timestamp = headers.get('svix-timestamp') ?? '';
  const signatures = (headers.get('svix-signature') ?? '').split(' ');
  const bytes = strictBase64(secret.replace(/^whsec_/, ''));
  if (id === '' || !isFresh(timestamp, now) || signatures.length > MAX_SIGNATURES || !bytes?.length) return false;
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const message = textAndBody(`${id}.${timestamp}.`, body);
  for (const signature of signatures) {
    const claimed = signature.startsWith('v1,') ? strictBase64(signature.slice(3)) : null;
    if (claimed?.length === 32 && (await crypto.subtle.verify('HMAC', key, claimed, message))) return true;
  }
  return false;
}

const Envelope = z.object({ type: z.string() });

const Tags = z.union([
  z.record(z.string(), z.string()),
  z.pipe(
    z.array(z.object({ name: z.string(), value: z.string() })),
    z.transform((tags) => Object.fromEntries(tags.map(({ name, value }) => [name, value]))),
  ),
]);

const Email = z.object({
  data: z.object({
    email_id: z.string().check(z.minLength(1)),
    tags: z.nullish(Tags),
    bounce: z.nullish(
      z.object({ type: z.nullish(z.string()), subType: z.nullish(z.string()), message: z.nullish(z.string()) }),
    ),
    failed: z.nullish(z.object({ reason: z.nullish(z.string()) })),
  }),
});

/** https://resend.com/docs/dashboard/webhooks/event-types. An email that is opened, clicked or complained about was delivered. */
const meanings: Record<string, Meaning> = {
  'email.sent': means('SENT'),
  'email.delivery_delayed': means('SENT'),
  'email.delivered': means('DELIVERED'),
  'email.opened': means('DELIVERED'),
  'email.clicked': means('DELIVERED'),
  'email.complained': means('DELIVERED', 'complaint'),
  'email.bounced': means('BOUNCED', 'hard_bounce'),
  'email.failed': means('FAILED'),
  'email.suppressed': means('FAILED'),
};

/** Reads one event; `id` is its `svix-id`. A bounce that is not permanent suppresses nobody. */
export function resendReport(id: string, body: unknown): Report {
  const type = Envelope.safeParse(body).data?.type;
  if (type === undefined) return ignoring('malformed');
  const meaning = Object.hasOwn(meanings, type) ? meanings[type] : undefined;
  if (!meaning) return ignoring(typeForLog(type));
  const email = Email.safeParse(body).data?.data;
  if (!email) return ignoring('malformed');
  const { bounce, failed, tags, email_id } = email;
  const passing = bounce?.type && bounce.type !== 'Permanent';
  const about = { attemptId: tags?.attempt, messageId: email_id };
  const reason = [bounce?.type, bounce?.subType, bounce?.message, failed?.reason].filter(Boolean).join(' ');
  return {
    events: [deliveryEvent('resend', id, about, passing ? means(meaning.status) : meaning, reason)],
    optOut: null,
    ignored: [],
  };
}

/** Delivery events, one a request. */
export const resendCallback: CallbackHandler = {
  async read({ RESEND_WEBHOOK_SECRET: secret }, { headers, body, now }) {
    if (!secret || !(await verifyResend(secret, headers, body, now))) return { kind: 'not_signed' };
    const event = parsedBody(body);
    if (event === undefined) return { kind: 'unreadable' };
    return { kind: 'report', report: resendReport(headers.get('svix-id') ?? '', event) };
  },
};
