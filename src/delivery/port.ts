import type { Config } from '../env.ts';
import type { Channel } from '../model/delivery.ts';

/** Provider names as `EMAIL_PROVIDERS` and `SMS_PROVIDERS` may have them. */
export type ProviderName = Config['EMAIL_PROVIDERS'][number] | Config['SMS_PROVIDERS'][number];

type Envelope = {
  /** The delivery log's id. It is sent as campaign_id, StatusCallback, tag or idempotency key, and comes back in callbacks. */
  attemptId: string;
  paylinkId: string;
  merchantId: string;
};

export type EmailMessage = Envelope & {
  channel: 'EMAIL';
  to: { email: string; name: string | null };
  from: { email: string; name: string };
  replyTo: string | null;
  subject: string;
  html: string;
  text: string;
  /** One-click unsubscribe (RFC 8058), https. */
  unsubscribeUrl: string;
};

export type SmsMessage = Envelope & {
  channel: 'SMS';
  /** E.164. */
  to: string;
  from: string;
  text: string;
  /** Where the provider reports what became of it. */
  statusCallbackUrl: string;
  /** Part of the text: a lost attempt is recognised by it. */
  shortLink: string;
};

export type Message = EmailMessage | SmsMessage;

/**
 * What became of one provider call.
 * - `refused` is certain: nothing was or will be delivered. By `provider` (its own 4xx, a 202 that says failed, or it was never
 *   reached): the next provider may be asked. By `recipient` (invalid, opted out): final for the channel.
 * - `unknown`: the request may have been taken (time-out, broken connection, most 5xx). Never sent again blindly.
 */
export type ProviderOutcome =
  | { kind: 'accepted'; messageId: string }
  | { kind: 'refused'; by: 'provider' | 'recipient'; reason: string; optedOut?: boolean }
  | { kind: 'unknown'; reason: string };

export type SendOptions = {
  /** Give up after this long, ms. */
  timeoutMs: number;
  traceparent?: string;
};

/** An attempt without a known outcome: what the provider was asked, and when (ms). */
export type LostAttempt = {
  message: Message;
  attemptedAt: number;
  knownMessageIds: string[];
  /** Other attempts whose messages would look the same and have no known id: open ones made before and after this one, and refused ones. */
  rivals?: { before: number; after: number; refused: number };
};

/** Settles an unknown attempt without a second message. Its outcome is `unknown` when the provider does not know now. */
export type Settle = (lost: LostAttempt, options: SendOptions) => Promise<ProviderOutcome>;

/**
 * How a provider settles an unknown attempt.
 * - `lookup` reads the provider's list of messages: it never sends.
 * - `repeat` asks again under the same idempotency key: should the first request not have arrived, this one sends.
 * - null: it cannot. The callback settles the attempt, or a person.
 */
type Settling = { settles: 'lookup' | 'repeat'; settle: Settle } | { settles: null; settle: null };

/** A port to one provider's HTTP API. Implementations never throw. */
export type Provider = {
  readonly name: ProviderName;
  readonly channel: Channel;
  send(message: Message, options: SendOptions): Promise<ProviderOutcome>;
} & Settling;

/** Stores a message of the inbox in D1. It is passed in, so that providers do not depend on `store`. */
export type InboxWriter = (message: {
  id: string;
  merchantId: string;
  paylinkId: string;
  channel: Channel;
  to: string;
  subject: string | null;
  text: string;
  html: string | null;
  createdAt: number;
  /** All else that a provider would be given, by the names that a mail program shows. */
  headers: Record<string, string>;
}) => Promise<void>;

/** What a message is made of; everything typed by a person is unescaped here. */
export type MessageContent = {
  merchant: { name: string; brandColor: string | null; logoUrl: string | null; supportEmail: string | null };
  /** BCP 47: the customer's, else the merchant's. */
  locale: string;
  /** IANA: the customer's, else the merchant's, else UTC. */
  timeZone: string;
  customerFirstName: string | null;
  description: string | null;
  memo: string | null;
  currencyCode: string;
  /** Minor units. */
  lineItems: { description: string | null; sku: string | null; quantity: number; price: number; tax: number | null }[];
  tax: number | null;
  shipping: number | null;
  subTotal: number;
  total: number;
  amountPaid: number;
  /** What the message asks for. */
  amountDue: number;
  /** ms. */
  expiration: number;
  shortLink: string;
  /** Files to download: their names, and where. */
  attachments: { name: string; url: string }[];
};
