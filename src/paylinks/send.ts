import { providerBreaker } from '../delivery/circuit-breaker.ts';
import { hasSandbox } from '../delivery/providers/index.ts';
import { notFound, refusal } from '../errors.ts';
import { log } from '../lib/log.ts';
import { measure } from '../lib/metrics.ts';
import { withTimeout } from '../lib/timeout.ts';
import type { Channel } from '../model/delivery.ts';
import { coordinatorOf, newIdAt, parsePaylinkId } from '../paylink-id.ts';
import { askProviders, type GrantedSend } from './ask-providers.ts';
import { actorOf, type Context } from './context.ts';
import { coordinatorStub } from './coordinator/client.ts';
import { askPredecessor } from './coordinator/predecessor.ts';
import type { ClaimCommand } from './coordinator/rpc.ts';
import { SendClient } from './coordinator/send-client.ts';
import type { Target } from './domain/attempts.ts';
import { orderedChannels } from './domain/decide-send.ts';
import { sendFingerprint } from './domain/idempotency.ts';
import type { SendOutcome } from './domain/outcome.ts';
import { ANSWER_MS, LAST_CLAIM_MS, UNKEYED_WAIT_MS } from './domain/send-budget.ts';
import { ownerOf } from './read.ts';
import { normalizeRecipient, recipientHash } from './recipients/recipient.ts';
import { recipientKey } from './recipients/recipient-key.ts';
import { type UnsubscribeTokens, unsubscribeTokens } from './recipients/unsubscribe-token.ts';
import { rehearseDeliveries } from './sandbox.ts';

/** How the caller wants repeats treated. `key` is unquoted and already checked; `waitSeconds` from `Prefer: wait=N` (0–20). */
export type Idempotency = { key: string | null; waitSeconds: number };

/**
 * A send as either surface asks for it. `to` overrides the customer's recipients: valid emails and E.164 numbers, by channel, or the one
 * of the only channel. `requireEnabled`: refuse a channel whose flag was not set at create (the REST route's rule).
 */
export type SendInput = {
  paylinkId: string;
  channels: Channel[];
  to: string | { [channel in Channel]?: string } | null;
  requireEnabled: boolean;
  idempotency: Idempotency;
};

const refuse = (code: 'unavailable' | 'overloaded', detail: string): SendOutcome => ({
  kind: 'refused',
  refusal: refusal(code, detail, { retryAfterSeconds: 1 }),
});
const outOfTime = refuse('unavailable', 'The gateway had no time left for this send. Send it again.');
const notBegun = refuse('unavailable', 'The message was not sent. Send it again.');
const notRecorded = refuse(
  'unavailable',
  'The outcome could not be recorded in time. Repeat the request with the same Idempotency-Key.',
);
const inProgress: SendOutcome = {
  kind: 'refused',
  refusal: refusal('idempotency_in_progress', 'The same request is still being processed.', { retryAfterSeconds: 1 }),
};

/**
 * Sends a Paylink to its customer, once for each key: claims the send from its coordinator, asks the providers here, and reports what
 * they said. All of it is registered to go on before the claim leaves, so that a caller who hangs up changes nothing.
 */
export async function sendPaylink(ctx: Context, input: SendInput): Promise<SendOutcome> {
  const paylinkId = parsePaylinkId(input.paylinkId);
  if (!paylinkId || !(await mayBeCalled(ctx, paylinkId))) return { kind: 'refused', refusal: notFound };
  // Before the claim: what cannot be had is then a fault without a grant. Before the clock is read: an isolate's first send waits for D1 here.
  const unsubscribeToken = await unsubscribeTokens(ctx.env.DB, ctx.config);
  const command = await commandOf(ctx, paylinkId, input);
  const elapsedMs = Date.now() - ctx.now;
  if (elapsedMs > LAST_CLAIM_MS) return outOfTime;
  const answer = Promise.withResolvers<SendOutcome>();
  const work = Promise.resolve().then(() =>
    claimAskReport(ctx, command, { waitSeconds: input.idempotency.waitSeconds, unsubscribeToken }, answer.resolve),
  );
  ctx.waitUntil(work.catch(answer.reject));
  const outcome = await withTimeout(answer.promise, ANSWER_MS - elapsedMs);
  return outcome === 'late' ? notRecorded : outcome;
}

/** @param answer is told the outcome as soon as it is known; what has to go on after that goes on */
async function claimAskReport(
  ctx: Context,
  command: ClaimCommand,
  { waitSeconds, unsubscribeToken }: { waitSeconds: number; unsubscribeToken: UnsubscribeTokens },
  answer: (outcome: SendOutcome) => void,
): Promise<void> {
  const { timings } = ctx;
  const client = new SendClient(() => coordinatorStub(ctx.env, ctx.config, command.paylinkId), ctx.now);
  const claimed = await timings.during('claim', client.claim(command));
  if (claimed.kind === 'predecessor') return answer(await askPredecessor(ctx, command, waitSeconds * 1000));
  if (claimed.kind === 'given_up') {
    answer(refuse(claimed.overloaded ? 'overloaded' : 'unavailable', 'The gateway is busy. Try again.'));
    return client.release(command.paylinkId, command.operationId);
  }
  const { reply, sentAt } = claimed;
  switch (reply.kind) {
    case 'refused':
      answer(reply);
      return claimed.repeated ? client.release(command.paylinkId, command.operationId) : undefined;
    case 'ended':
      return answer({ ...reply.result, replayed: reply.replayed });
    case 'running': {
      const wantedMs = command.key === null ? UNKEYED_WAIT_MS : waitSeconds * 1000;
      const waitMs = Math.min(wantedMs, ctx.now + ANSWER_MS - Date.now());
      if (waitMs <= 0) return answer(inProgress);
      const awaited = client.awaitOperation({ paylinkId: command.paylinkId, operationId: reply.operationId, waitMs });
      const ended = await timings.during('claim', awaited);
      return answer(ended.kind === 'refused' ? ended : { ...ended.result, replayed: true });
    }
    case 'granted': {
      const outcome = await askAndReport(ctx, command, client, reply, sentAt, unsubscribeToken);
      answer(outcome);
      if ('paylink' in outcome && hasSandbox(ctx.config, reply.merchant.mode))
        await rehearseDeliveries(ctx, outcome.paylink, command.operationId);
    }
  }
}

async function askAndReport(
  ctx: Context,
  { paylinkId, operationId, skip }: ClaimCommand,
  client: SendClient,
  granted: GrantedSend,
  sentAt: number,
  unsubscribeToken: UnsubscribeTokens,
): Promise<SendOutcome> {
  const { config, timings, traceparent } = ctx;
  const asked = await askProviders(granted, sentAt, {
    config,
    providersFor: ctx.providersFor,
    report: (report) => timings.during('report', client.report({ ...report, paylinkId, operationId, skip })),
    record: ({ provider, channel }, outcome, ms) => {
      if (outcome.kind !== 'not_begun') providerBreaker.record(provider, outcome, Date.now());
      const merchantId = granted.merchant.id;
      measure(ctx.env, { what: 'send', merchantId, name: provider, outcome: outcome.kind, detail: channel, ms });
    },
    timings,
    unsubscribeToken,
    slots: ctx.slots,
    beganAt: ctx.now,
    ...(traceparent ? { traceparent } : {}),
  });
  switch (asked.kind) {
    case 'ended':
      return { ...asked.result, replayed: false };
    case 'not_begun':
      log('warn', 'send_not_begun', { requestId: ctx.requestId, paylinkId });
      return notBegun;
    case 'unheard':
      return notRecorded;
  }
}

async function commandOf(ctx: Context, paylinkId: string, input: SendInput): Promise<ClaimCommand> {
  const channels = orderedChannels(input.channels);
  const overrides = await overridesOf(ctx, channels, input.to);
  // Where one channel is asked for, it is told as the release before reads it.
  const to = channels.length === 1 ? (overrides[0] ?? null) : null;
  return {
    operationId: newIdAt(ctx.now, coordinatorOf(paylinkId)),
    paylinkId,
    callerId: ctx.caller.merchant.id,
    createdBy: 'API Key',
    actor: actorOf(ctx),
    channels,
    to: to && { recipient: to.recipient, hash: to.hash },
    ...(to || overrides.length === 0 ? {} : { overrides }),
    requireEnabled: input.requireEnabled,
    key: input.idempotency.key,
    fingerprint: sendFingerprint(channels, to?.hash ?? hashesOf(overrides)),
    skip: providerBreaker.open(ctx.now),
  };
}

/** A coordinator of the pool knows by itself what is not found. One beyond it (of a pool that was larger once) may never have been. */
const mayBeCalled = async (ctx: Context, paylinkId: string): Promise<boolean> =>
  coordinatorOf(paylinkId) < ctx.config.COORDINATORS || (await ownerOf(ctx, paylinkId)) !== null;

/** What several overrides mean, as text; null: there are none. */
const hashesOf = (overrides: readonly Target[]): string | null =>
  overrides.length === 0 ? null : overrides.map(({ channel, hash }) => `${channel}:${hash}`).join(' ');

async function overridesOf(ctx: Context, channels: readonly Channel[], to: SendInput['to']): Promise<Target[]> {
  if (to === null) return [];
  const key = await recipientKey(ctx.env.DB, ctx.config);
  const given = channels.flatMap((channel) => {
    const address = typeof to === 'string' ? to : to[channel];
    return address === undefined ? [] : [{ channel, recipient: normalizeRecipient(channel, address) }];
  });
  return Promise.all(
    given.map(async (one) => ({ ...one, hash: await recipientHash(key, one.channel, one.recipient) })),
  );
}
