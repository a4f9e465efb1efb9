import type { Bindings, Config } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import type { WebhookPayload } from '../model.ts';
import { type Claimed, recordAttempt } from '../store/webhook-deliveries.ts';
import type { WebhookEndpoint } from '../store/webhook-endpoints.ts';
import { enqueue } from './enqueue.ts';
import { envelope } from './payload.ts';
import { type PostOutcome, post } from './post.ts';
import { failingMs, type NotPosted, type RetryDecision, retryPolicy } from './retry-policy.ts';
import { secretsOf, signedHeaders } from './signature.ts';
import { checkDestination } from './url-policy.ts';

/** How long an endpoint has to answer, ms. */
const timeoutMs = 15_000;
/** A retry that is due sooner is nudged; a later one the sweep finds in time, ms. */
const nudgedMs = 60_000;

/** What delivering needs; `clock` is ms. */
export type DeliverDeps = { env: Bindings; config: Config; clock: () => number };

async function attempt({ config, clock }: DeliverDeps, endpoint: WebhookEndpoint, delivery: Claimed) {
  const destination = checkDestination(endpoint.url, config);
  if (destination.kind === 'refused') return { kind: 'not_posted', error: 'address_refused' } satisfies NotPosted;
  const now = clock();
  const { eventId, payload } = delivery;
  try {
    const headers = await signedHeaders(await secretsOf(config, endpoint, now), eventId, now, payload);
    return await post(destination.url, payload, headers, AbortSignal.timeout(timeoutMs));
  } catch (error) {
    // Whatever it is, it must not keep the delivery from its back-off.
    log('error', 'webhook_not_posted', {
      deliveryId: delivery.id,
      error: errorMessage(error),
    });
    return { kind: 'not_posted', error: 'internal' } satisfies NotPosted;
  }
}

function disabledNews(endpoint: WebhookEndpoint, reason: 'gone' | 'failing', at: number): WebhookPayload {
  const { id, merchantId } = endpoint;
  const type = 'endpoint.disabled';
  const payload = envelope(type, at, { endpointId: id, merchantId, reason });
  return { id: `${id}.disabled.${at}`, merchantId, type, paylinkId: null, payload, createdAt: at };
}

/** What one try came to, and when the delivery is due again (ms; null: never). */
export type Tried = { outcome: PostOutcome | NotPosted; decision: RetryDecision; nextAttemptAt: number | null };

/** Tries once to tell an endpoint, and records how it went. @throws when it cannot be recorded: the lease brings it back */
export async function deliver(deps: DeliverDeps, endpoint: WebhookEndpoint, delivery: Claimed): Promise<Tried> {
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
    disable: { reason, failingBefore: endedAt - failingMs, announcement: disabledNews(endpoint, reason, endedAt) },
  });
  if (recorded.disabled) log('warn', 'endpoint_disabled', { endpointId: endpoint.id, reason });
  if (recorded.enqueue.length > 0) await enqueue(env.EVENTS, recorded.enqueue);
  if (failed && decision.delayMs !== null && decision.delayMs < nudgedMs)
    await enqueue(env.EVENTS, [delivery.id], decision.delayMs / 1_000 + 1);
  return { outcome, decision, nextAttemptAt };
}
