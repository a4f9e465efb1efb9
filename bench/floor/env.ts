/** The objects of the floor, as their callers see them. */
type Gate = Rpc.DurableObjectBranded & { admit(nonce: string | null): void };
/** `answer` null: the send is to be made, and reported. */
export type Claim = { operation: string; answer: string | null };
export type Coordinator = Rpc.DurableObjectBranded & {
  create(id: string, body: string): Promise<void>;
  claim(id: string, key: string, groups: boolean): Promise<Claim>;
  report(id: string, operation: string, messageId: string): Promise<string>;
  deliveryEvent(attemptId: string): Promise<void>;
};

export type AnswerName = 'created' | 'read' | 'sent' | 'unauthenticated' | 'limited';

export type Row = Record<string, string | number | null>;

/** The bodies and headers of the gateway's answers, and the message that its provider got. `id` is the Paylink in `created`. */
export type Samples = {
  id: string;
  message: string;
  bodies: { [name in AnswerName]?: string };
  headers: { [name in AnswerName]?: Record<string, string> };
  /** What the gateway wrote to D1: a Paylink, its line item, an attempt, and an event. */
  rows: Record<'paylink' | 'item' | 'attempt' | 'event', Row>;
};

export type FloorEnv = {
  DB: D1Database;
  GATE: DurableObjectNamespace<Gate>;
  COORDINATOR: DurableObjectNamespace<Coordinator>;
  FAILED_AUTHENTICATIONS: RateLimit;
  /** The numbers of the merchant's coordinators, as JSON. */
  COORDINATORS: string;
  /** The base URL of the fake provider. */
  PROVIDER: string;
  MERCHANT_ID: string;
  /** `Samples` as JSON. */
  SAMPLES: string;
  /** SHA-256 of an unknown bearer key, and of the key of a merchant whose quota is used up. */
  UNKNOWN: string;
  BLOCKED: string;
  HMAC_SECRET: string;
  /** The public key of callbacks: SPKI, Base64. */
  CALLBACK_KEY: string;
};

let samples: Samples | undefined;

/** Parsed once an isolate. */
export function samplesOf(env: FloorEnv): Samples {
  const parsed: Samples = samples ?? JSON.parse(env.SAMPLES);
  samples = parsed;
  return parsed;
}
