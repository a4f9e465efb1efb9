import type { ProviderName } from '../delivery/port.ts';
import { notFound } from '../errors.ts';
import type { Channel } from '../model.ts';
import { recipientKey } from '../secrets.ts';
import { databaseOfPaylink } from '../store/shards.ts';
import type { Standing } from '../store/standing.ts';
import { readStanding } from '../store/standing.ts';
import { providerBreaker } from './breaker.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinators.ts';
import { coordinatorOf, newIdAt, parsePaylinkId } from './id.ts';
import { sendFingerprint } from './idempotency.ts';
import type { SendOutcome } from './outcome.ts';
import { normalizeRecipient, recipientHash } from './recipient.ts';

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

/** What a send needs to know besides the Paylink itself; read while the request is being admitted, so that it costs no wait. */
export type Preparation = {
  paylinkId: string;
  standing: Standing;
  to: { recipient: string; hash: string } | null;
} | null;

/** Reads who the recipients are to this gateway; null for a Paylink that is unknown or somebody else's. One D1 query. */
export async function prepareSend(
  ctx: Pick<Context, 'env' | 'config' | 'caller' | 'now' | 'waits'>,
  id: string,
  channel: Channel | null,
  to: string | null,
): Promise<Preparation> {
  const paylinkId = parsePaylinkId(id);
  if (!paylinkId) return null;
  const recipient = channel && to !== null ? normalizeRecipient(channel, to) : null;
  const hash =
    channel && recipient !== null ? await recipientHash(await recipientKey(ctx.config), channel, recipient) : null;
  const db = databaseOfPaylink(ctx.env, paylinkId);
  const standing = await ctx.waits.during(
    'read',
    readStanding(db, paylinkId, ctx.caller.merchant, hash === null ? [] : [hash], ctx.now),
  );
  if (!standing) return null;
  return { paylinkId, standing, to: recipient !== null && hash !== null ? { recipient, hash } : null };
}

/** Sends a Paylink to its customer, once for each key. `prepared` is this input's `prepareSend`, if it was begun earlier. */
export async function sendPaylink(
  ctx: Context,
  input: SendInput,
  prepared?: Promise<Preparation>,
): Promise<SendOutcome> {
  const channels = [...new Set(input.channels)].sort();
  const ready = await (prepared ?? prepareSend(ctx, input.paylinkId, channels[0] ?? null, input.to));
  if (!ready) return { kind: 'refused', refusal: notFound };
  const command = {
    operationId: newIdAt(ctx.now, coordinatorOf(ready.paylinkId)),
    paylinkId: ready.paylinkId,
    callerId: ctx.caller.merchant.id,
    createdBy: 'API Key',
    channels,
    to: ready.to,
    requireEnabled: input.requireEnabled,
    key: input.idempotency.key,
    fingerprint: sendFingerprint(channels, ready.to?.hash ?? null),
    waitMs: input.idempotency.waitSeconds * 1000,
    standing: ready.standing,
    skip: skipped(ctx.now),
    ...(ctx.traceparent ? { traceparent: ctx.traceparent } : {}),
  };
  const { answer, reports, waits } = await ctx.waits.during(
    'coordinator',
    callCoordinator(ctx.env, ctx.config, ready.paylinkId, (stub, again) => stub.send({ ...command, again })),
  );
  if (waits) ctx.waits.include(waits);
  for (const report of reports)
    providerBreaker.record(report.provider, { kind: report.outcome, by: report.by }, Date.now());
  return answer.kind === 'refused' ? answer : { ...JSON.parse(answer.outcome), replayed: answer.replayed };
}

const skipped = (now: number): ProviderName[] => providerBreaker.open(now);
