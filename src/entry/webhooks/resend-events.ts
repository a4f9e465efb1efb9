import * as z from 'zod/mini';
import { deliveryEvent, type Meaning, means, type Report, typeForLog } from './report.ts';

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

/** https://resend.com/docs/dashboard/webhooks/event-types: what opens, clicks or complains was delivered. */
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
  if (type === undefined) return { events: [], ignored: ['malformed'] };
  const meaning = Object.hasOwn(meanings, type) ? meanings[type] : undefined;
  if (!meaning) return { events: [], ignored: [typeForLog(type)] };
  const email = Email.safeParse(body).data?.data;
  if (!email) return { events: [], ignored: ['malformed'] };
  const { bounce, failed, tags, email_id } = email;
  const passing = bounce?.type && bounce.type !== 'Permanent';
  const about = { attemptId: tags?.attempt, messageId: email_id };
  const reason = [bounce?.type, bounce?.subType, bounce?.message, failed?.reason].filter(Boolean).join(' ');
  return {
    events: [deliveryEvent('resend', id, about, passing ? means(meaning.status) : meaning, reason)],
    ignored: [],
  };
}
