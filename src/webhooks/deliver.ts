import type { Bindings, Config } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import { measure } from '../lib/metrics.ts';
import type { WebhookPayload } from '../model/webhook.ts';
import { type Claimed, recordAttempt } from '../store/webhook-deliveries.ts';
import type { WebhookEndpoint } from '../store/webhook-endpoints.ts';
import { enqueue } from './enqueue.ts';
import { inFormat } from './format.ts';
import { openHeaders } from './own-headers.ts';
import { envelope } from './payload.ts';
import { type PostOutcome, post } from './post.ts';
import { FAILING_MS, type NotPosted, type RetryDecision, retryPolicy } from './retry-policy.ts';
import { secretsOf, signedHeaders } from './signature.ts';
import { checkDestination } from './url-policy.ts';

/** How long an endpoint has to answer, ms. */
const TIMEOUT_MS = 15_000;
/** A retry that is due sooner gets a delayed message of the Queue; a later one is found by the sweep, ms. */
const MAX_QUEUE_DELAY_MS = 60_000;

/** `clock` gives ms. */
export type DeliverDeps = { env: Bindings; config: Config; clock: () => number };

/** Where a delivery goes: to the callback URL of its session, else to the endpoint's. */
export const destinationOf = (endpoint: Pick<WebhookEndpoint, 'url'>, { url }: Pick<Claimed, 'url'>): string =>
  url ?? endpoint.url;

async function attempt({ config, clock }: DeliverDeps, endpoint: WebhookEndpoint, delivery: Claimed) {
  const destination = checkDestination(destinationOf(endpoint, delivery), config);
  if (destination.kind === 'refused') return { kind: 'not_posted', error: 'address_refused' } satisfies NotPosted;
  const now = clock();
  const { eventId } = delivery;
  try {
    const payload = inFormat(endpoint.format, delivery.payload);
    const secrets = await secretsOf(config, endpoint, now);
    const own = await openHeaders(config, endpoint.id, endpoint.headersCiphertext);
    const vendors = endpoint.format === 'skipify' ? { 'x-skipify-secret': secrets[0] ?? '' } : {};
    const headers = { ...own, ...vendors, ...(await signedHeaders(secrets, eventId, now, payload)) };
    return await post(destination.url, payload, headers, AbortSignal.timeout(TIMEOUT_MS));
  } catch (error) {
    // Whatever it is, the delivery is tried again later.
    log('error', 'webhook_not_posted', {
      deliveryId: delivery.id,
      error: errorMessage(error),
    });
    return { kind: 'not_posted', error: 'internal' } satisfies NotPosted;
  }
}

function disabledPayload(endpoint: WebhookEndpoint, reason: 'gone' | 'failing', at: number): WebhookPayload {
  const { id, merchantId } = endpoint;
  const type = 'endpoint.disabled';
  const payload = envelope(type, at, { endpointId: id, merchantId, reason });
  return { id: `${id}.disabled.${at}`, merchantId, type, paylinkId: null, payload, createdAt: at, callbackUrl: null };
}

/** The result of one try, and when the delivery is due again (ms; null: never). */
export type DeliverResult = { outcome: PostOutcome | NotPosted; decision: RetryDecision; nextAttemptAt: number | null };

/** Posts one delivery to its endpoint and records the attempt. @throws when it cannot be recorded: it is due again when its lease ends */
export async function deliver(deps: DeliverDeps, endpoint: WebhookEndpoint, delivery: Claimed): Promise<DeliverResult> {
  const { env, clock } = deps;
  const attemptedAt = clock();
  const outcome = await attempt(deps, endpoint, delivery);
  const endedAt = clock();
  const decision = retryPolicy(outcome, delivery.round);
  const failed = decision.kind === 'failed';
  const nextAttemptAt = failed && decision.delayMs !== null ? endedAt + decision.delayMs : null;
  const reason = failed && decision.gone ? 'gone' : 'failing';
  const recorded = await recordAttempt(env.DB, {
    delivery,
    outcome: decision.kind,
    statusCode: decision.statusCode,
    error: failed ? decision.error : null,
    answer: outcome.kind === 'answered' ? outcome.answer : null,
    attemptedAt,
    durationMs: endedAt - attemptedAt,
    nextAttemptAt,
    // A callback URL is one session's: what it answers says nothing of the others.
    disable:
      delivery.url === null
        ? { reason, failingBefore: endedAt - FAILING_MS, payload: disabledPayload(endpoint, reason, endedAt) }
        : null,
  });
  measure(env, {
    what: 'webhook',
    merchantId: endpoint.merchantId,
    name: endpoint.id,
    outcome: failed && nextAttemptAt === null ? 'given_up' : decision.kind,
    detail: `${decision.statusCode ?? (failed ? decision.error : '')}`,
    ms: endedAt - attemptedAt,
  });
  if (recorded.disabled) log('warn', 'endpoint_disabled', { endpointId: endpoint.id, reason });
  if (recorded.enqueue.length > 0) await enqueue(env.EVENTS, recorded.enqueue);
  if (failed && decision.delayMs !== null && decision.delayMs < MAX_QUEUE_DELAY_MS)
    await enqueue(env.EVENTS, [delivery.id], decision.delayMs / 1_000 + 1);
  return { outcome, decision, nextAttemptAt };
}
