import { providerBreaker } from '../delivery/circuit-breaker.ts';
import type { ProviderName } from '../delivery/port.ts';
import { notFound } from '../errors.ts';
import { recipientKey } from '../lib/secrets.ts';
import type { Channel } from '../model.ts';
import { coordinatorOf, newIdAt, parsePaylinkId } from '../paylink-id.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import type { SendCommand } from './coordinator/rpc.ts';
import { orderedChannels } from './domain/decide-send.ts';
import { sendFingerprint } from './domain/idempotency.ts';
import type { SendOutcome } from './domain/outcome.ts';
import { ownerOf } from './read.ts';
import { normalizeRecipient, recipientHash } from './recipients/recipient.ts';

/** How the caller wants repeats treated. `key` is unquoted and already checked; `waitSeconds` from `Prefer: wait=N` (0–20). */
export type Idempotency = { key: string | null; waitSeconds: number };

/**
 * A send as either surface asks for it. `to` overrides the customer's recipient (GraphQL; one channel only) and is a valid email or
 * E.164 number. `requireEnabled`: refuse a channel whose flag was not set at create (the REST route's rule).
 */
export type SendInput = {
  paylinkId: string;
  channels: Channel[];
  to: string | null;
  requireEnabled: boolean;
  idempotency: Idempotency;
};

/** Sends a Paylink to its customer, once for each key. */
export async function sendPaylink(ctx: Context, input: SendInput): Promise<SendOutcome> {
  const channels = orderedChannels(input.channels);
  const paylinkId = parsePaylinkId(input.paylinkId);
  if (!paylinkId || !(await mayBeCalled(ctx, paylinkId))) return { kind: 'refused', refusal: notFound };
  const to = await overrideOf(ctx, channels[0] ?? null, input.to);
  const command = {
    operationId: newIdAt(ctx.now, coordinatorOf(paylinkId)),
    paylinkId,
    callerId: ctx.caller.merchant.id,
    createdBy: 'API Key',
    channels,
    to,
    requireEnabled: input.requireEnabled,
    key: input.idempotency.key,
    fingerprint: sendFingerprint(channels, to?.hash ?? null),
    waitMs: input.idempotency.waitSeconds * 1000,
    skip: skipped(ctx.now),
    ...(ctx.traceparent ? { traceparent: ctx.traceparent } : {}),
  };
  const { answer, reports, timings } = await ctx.timings.during(
    'coordinator',
    callCoordinator(ctx.env, ctx.config, paylinkId, (stub, again) => stub.send({ ...command, again })),
  );
  if (timings) ctx.timings.include(timings);
  for (const report of reports)
    providerBreaker.record(report.provider, { kind: report.outcome, by: report.by }, Date.now());
  return answer.kind === 'refused' ? answer : { ...JSON.parse(answer.outcome), replayed: answer.replayed };
}

/** A coordinator of the pool knows by itself what is not found. One beyond it (of a pool that was larger once) may never have been. */
const mayBeCalled = async (ctx: Context, paylinkId: string): Promise<boolean> =>
  coordinatorOf(paylinkId) < ctx.config.COORDINATORS || (await ownerOf(ctx, paylinkId)) !== null;

async function overrideOf(ctx: Context, channel: Channel | null, to: string | null): Promise<SendCommand['to']> {
  const recipient = channel && to !== null ? normalizeRecipient(channel, to) : null;
  if (!channel || recipient === null) return null;
  return { recipient, hash: await recipientHash(await recipientKey(ctx.config), channel, recipient) };
}

const skipped = (now: number): ProviderName[] => providerBreaker.open(now);
