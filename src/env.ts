import './lib/zod-messages.ts';
import * as z from 'zod/mini';
import type { LimiterRpc } from './admission/port.ts';
import type { CoordinatorRpc } from './paylinks/coordinator/rpc.ts';

/** A message on the Queue names an outbox row, which has everything else (see store/outbox.ts). */
export type QueueMessage = { deliveryId: string };

/** A Durable Object namespace whose stubs have the methods of `T`. (The runtime's own mapped type does not terminate on recursive JSON.) */
export interface Namespace<T> {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId, options?: DurableObjectNamespaceGetDurableObjectOptions): DurableObjectStub & T;
}

/** What wrangler.toml and the secrets bind. */
export interface Bindings {
  DB: D1Database;
  COORDINATOR: Namespace<CoordinatorRpc>;
  GATE: Namespace<LimiterRpc>;
  EVENTS: Queue<QueueMessage>;
  /** Attached files; without it nothing can be attached. */
  ATTACHMENTS?: R2Bucket;
  /** Counts an address's wrong credentials; its links, tokens and callbacks that nobody made; and how often a link is opened. */
  FAILED_AUTHENTICATIONS: RateLimit;
  /** A dataset of Workers Analytics Engine. Without it nothing is measured. */
  METRICS?: unknown;
  UNKNOWN_REQUESTS: RateLimit;
  OPENINGS: RateLimit;
  /** Static files; absent where they are not built (bench, chaos). */
  ASSETS?: Fetcher;
  [variable: string]: unknown;
}

/** A comma list. */
const split = z.pipe(
  z.string(),
  z.transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
);
const list = <T extends string>(names: readonly T[]) => z.pipe(split, z.array(z.enum(names)).check(z.minLength(1)));
const key = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be 32 bytes as 64 lowercase hex digits'));

const secret = z.optional(z.string().check(z.minLength(1)));
/** A URL in its normal form, without a slash at its end. */
const baseUrl = z.pipe(
  z.url({ protocol: /^https?$/ }),
  z.transform((url) => new URL(url).href.replace(/\/+$/, '')),
);
function count(min: number, max: number, fallback: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z._default(z.coerce.number(rule).check(z.int(rule), z.gte(min, rule), z.lte(max, rule)), fallback);
}

/** URLs that keys, messages and customers' data are sent to. */
const baseUrls = [
  'PUBLIC_BASE_URL',
  'MAILCHANNELS_BASE_URL',
  'RESEND_BASE_URL',
  'TWILIO_BASE_URL',
  'TELNYX_BASE_URL',
  'UPSTASH_REDIS_REST_URL',
  'ACCESS_TEAM_DOMAIN',
] as const;

const Configuration = z
  .object({
    ENVIRONMENT: z.enum(['local', 'staging', 'production']),
    PUBLIC_BASE_URL: baseUrl,
    EMAIL_PROVIDERS: list(['inbox', 'mailchannels', 'resend']),
    SMS_PROVIDERS: list(['inbox', 'twilio', 'telnyx']),
    EMAIL_FROM: z.email(),
    EMAIL_FROM_NAME: z.string().check(z.minLength(1), z.maxLength(100)),
    /** An E.164 number, or a Twilio Messaging Service. */
    SMS_FROM: z
      .string()
      .check(z.regex(/^(?:\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/, 'must be an E.164 number or a Messaging Service, MG…')),
    RATE_LIMITER: z._default(z.enum(['object', 'upstash']), 'object'),
    RATE_LIMIT_REQUESTS: count(1, 1_000_000, 100),
    RATE_LIMIT_WINDOW_SECONDS: count(1, 86_400, 60),
    RATE_LIMIT_TIMEOUT_MS: count(10, 5_000, 300),
    PROVIDER_TIMEOUT_MS: count(50, 10_000, 10_000),
    /** When the sandbox reports what became of a message, ms after the send; 0: never. */
    SANDBOX_REPORT_MS: count(0, 5_000, 1_000),
    LOCATION_HINT: z.optional(
      z.enum(['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me', 'apac-ne', 'apac-se']),
    ),
    COORDINATORS: count(1, 4096, 64),
    MAILCHANNELS_BASE_URL: z._default(baseUrl, 'https://api.mailchannels.net'),
    RESEND_BASE_URL: z._default(baseUrl, 'https://api.resend.com'),
    TWILIO_BASE_URL: z._default(baseUrl, 'https://api.twilio.com'),
    TELNYX_BASE_URL: z._default(baseUrl, 'https://api.telnyx.com'),
    SECRETS_KEY: key,
    SECRETS_KEY_PREVIOUS: z.optional(z.pipe(split, z.array(key))),
    RECIPIENT_HASH_KEY: z.optional(key),
    ADMIN_TOKEN: z.optional(z.string().check(z.minLength(24))),
    ADMIN_TOKEN_PREVIOUS: z.optional(z.string().check(z.minLength(24))),
    /** The team of Cloudflare Access, https://<team>.cloudflareaccess.com, and the audience tag of the application. */
    ACCESS_TEAM_DOMAIN: z.optional(baseUrl),
    ACCESS_AUD: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be the audience tag of the application'))),
    MAILCHANNELS_API_KEY: secret,
    MAILCHANNELS_CUSTOMER_HANDLE: secret,
    MAILCHANNELS_DKIM_DOMAIN: secret,
    MAILCHANNELS_DKIM_SELECTOR: secret,
    MAILCHANNELS_DKIM_PRIVATE_KEY: secret,
    RESEND_API_KEY: secret,
    RESEND_WEBHOOK_SECRET: secret,
    TWILIO_ACCOUNT_SID: secret,
    TWILIO_AUTH_TOKEN: secret,
    TELNYX_API_KEY: secret,
    TELNYX_PUBLIC_KEY: secret,
    UPSTASH_REDIS_REST_URL: z.optional(baseUrl),
    UPSTASH_REDIS_REST_TOKEN: secret,
  })
  .check((ctx) => {
    const value = ctx.value;
    for (const name of baseUrls)
      if (value.ENVIRONMENT !== 'local' && value[name]?.startsWith('http:'))
        ctx.issues.push({
          code: 'custom',
          path: [name],
          message: 'must begin with https:// unless ENVIRONMENT is local',
          input: undefined,
        });
    const needs = (name: keyof typeof value, why: string) => {
      if (value[name] === undefined)
        ctx.issues.push({ code: 'custom', path: [name], message: `is needed by ${why}`, input: undefined });
    };
    if (value.EMAIL_PROVIDERS.includes('mailchannels')) needs('MAILCHANNELS_API_KEY', 'EMAIL_PROVIDERS');
    if (value.EMAIL_PROVIDERS.includes('resend')) needs('RESEND_API_KEY', 'EMAIL_PROVIDERS');
    if (value.SMS_PROVIDERS.includes('twilio')) {
      needs('TWILIO_ACCOUNT_SID', 'SMS_PROVIDERS');
      needs('TWILIO_AUTH_TOKEN', 'SMS_PROVIDERS');
    }
    if (value.SMS_PROVIDERS.includes('telnyx')) needs('TELNYX_API_KEY', 'SMS_PROVIDERS');
    if (value.SMS_FROM.startsWith('MG') && value.SMS_PROVIDERS.includes('telnyx')) {
      const message = 'is a Messaging Service of Twilio, from which telnyx cannot send';
      ctx.issues.push({ code: 'custom', path: ['SMS_FROM'], message, input: undefined });
    }
    if (value.ACCESS_AUD !== undefined) needs('ACCESS_TEAM_DOMAIN', 'ACCESS_AUD');
    if (value.ACCESS_TEAM_DOMAIN !== undefined) needs('ACCESS_AUD', 'ACCESS_TEAM_DOMAIN');
    if (value.RATE_LIMITER === 'upstash') {
      needs('UPSTASH_REDIS_REST_URL', 'RATE_LIMITER');
      needs('UPSTASH_REDIS_REST_TOKEN', 'RATE_LIMITER');
    }
  });

/** The parsed configuration; absent secrets are undefined. */
export type Config = z.infer<typeof Configuration>;

/** The names of all variables and secrets. */
export const variableNames: readonly string[] = Object.keys(Configuration.def.shape);

/** Which variables are missing or wrong, and why: `NAME: must be …`; never a value. */
export function wrongVariables(variables: object): string[] {
  const issues = Configuration.safeParse(variables).error?.issues ?? [];
  const told = issues.map(({ path, code, message }) => {
    const name = String(path[0]);
    return `${name}: ${code === 'invalid_type' && !Object.hasOwn(variables, name) ? 'is missing' : message}`;
  });
  return [...new Set(told)];
}

/** A variable is missing or wrong. The log gets the names, the caller only `misconfigured`. */
export class Misconfigured extends Error {
  override name = 'Misconfigured';
}

const parsed = new WeakMap<object, Config>();

/** Parses the bindings' variables once per isolate. @throws Misconfigured naming each wrong variable (never its value) */
export function configOf(env: Bindings): Config {
  const known = parsed.get(env);
  if (known) return known;
  const result = Configuration.safeParse(env);
  if (!result.success) throw new Misconfigured(wrongVariables(env).join('; '));
  parsed.set(env, result.data);
  return result.data;
}
