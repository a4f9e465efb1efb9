import * as z from 'zod/mini';
import { providerBreaker } from '../../delivery/circuit-breaker.ts';
import { callObject } from '../../lib/durable-object-call.ts';
import { Slots } from '../../lib/slots.ts';
import { Timings } from '../../lib/timings.ts';
import { type AskDeps, askProviders } from '../ask-providers.ts';
import { type Context, MAX_CALLS } from '../context.ts';
import { type SendOutcome, SendResult } from '../domain/outcome.ts';
import { UNKEYED_WAIT_MS } from '../domain/send-budget.ts';
import { coordinatorStub } from './client.ts';
import type { ClaimCommand, CoordinatorRpc, PredecessorReport, PredecessorSend, PredecessorSendReply } from './rpc.ts';

// Releases live side by side for minutes. The one before had its coordinators ask the providers, in one call. To be deleted with the
// next release.

const Reported = z.object({
  provider: z.enum(['inbox', 'mailchannels', 'resend', 'twilio', 'telnyx']),
  outcome: z.enum(['accepted', 'refused', 'unknown']),
  by: z.optional(z.enum(['provider', 'recipient'])),
});

type Coordinator = Pick<CoordinatorRpc, 'claim' | 'report' | 'awaitOperation'>;
type Deps = Pick<AskDeps, 'config' | 'providersFor' | 'unsubscribeToken'>;

/** Sends for Workers of the release before: the whole of it here, providers and all. */
export class PredecessorSends {
  readonly #coordinator: Coordinator;
  readonly #isKnown: (paylinkId: string, operationId: string) => boolean;
  /** Those of this life that are under way, by operation. */
  readonly #underWay = new Map<string, Promise<PredecessorSendReply>>();

  constructor(coordinator: Coordinator, isKnown: (paylinkId: string, operationId: string) => boolean) {
    this.#coordinator = coordinator;
    this.#isKnown = isKnown;
  }

  /** Such a Worker asks again when its call was lost. Its providers may have been asked then, so they are not asked again. */
  send(command: PredecessorSend, deps: Deps): Promise<PredecessorSendReply> {
    const { paylinkId, operationId } = command;
    const underWay = this.#underWay.get(operationId);
    if (underWay) return underWay;
    if (this.#isKnown(paylinkId, operationId)) return this.#end(command);
    const sending = sendForPredecessor(this.#coordinator, command, deps).finally(() =>
      this.#underWay.delete(operationId),
    );
    this.#underWay.set(operationId, sending);
    return sending;
  }

  async #end({ paylinkId, operationId }: PredecessorSend): Promise<PredecessorSendReply> {
    const ended = await this.#coordinator.awaitOperation({ paylinkId, operationId, waitMs: UNKEYED_WAIT_MS });
    return { answer: ended.kind === 'refused' ? ended : inText(ended.result, false), reports: [] };
  }
}

async function sendForPredecessor(
  coordinator: Coordinator,
  { again: _, waitMs, traceparent, ...command }: PredecessorSend,
  deps: Deps,
): Promise<PredecessorSendReply> {
  const { paylinkId, operationId, skip } = command;
  const beganAt = Date.now();
  const reply = await coordinator.claim(command);
  if (reply.kind === 'refused') return { answer: reply, reports: [] };
  if (reply.kind === 'running') {
    const ms = command.key === null ? UNKEYED_WAIT_MS : waitMs;
    const ended = await coordinator.awaitOperation({ paylinkId, operationId: reply.operationId, waitMs: ms });
    return { answer: ended.kind === 'refused' ? ended : inText(ended.result, true), reports: [] };
  }
  if (reply.kind === 'ended') return { answer: inText(reply.result, reply.replayed), reports: [] };
  const reports: PredecessorReport[] = [];
  const ended = await askProviders(reply, beganAt, {
    ...deps,
    report: async (report) => {
      const sentAt = Date.now();
      return { reply: await coordinator.report({ ...report, paylinkId, operationId, skip }), sentAt };
    },
    record: ({ provider: name }, outcome) => {
      const provider = Reported.shape.provider.safeParse(name);
      if (!provider.success || outcome.kind === 'not_begun') return;
      const by = outcome.kind === 'refused' ? { by: outcome.by } : {};
      reports.push({ provider: provider.data, outcome: outcome.kind, ...by });
    },
    slots: new Slots(MAX_CALLS),
    timings: new Timings(),
    beganAt,
    ...(traceparent ? { traceparent } : {}),
  });
  if (ended.kind === 'ended') return { answer: inText(ended.result, false), reports };
  return { answer: { kind: 'refused', refusal: busy }, reports };
}

const busy = { code: 'unavailable', detail: 'The gateway is busy. Try again.', retryAfterSeconds: 1 } as const;

const inText = (result: SendResult, replayed: boolean) =>
  ({ kind: 'ended', outcome: JSON.stringify({ ...result, replayed: false }), replayed }) as const;

/** Has a coordinator of the release before send: it asks the providers itself. */
export async function askPredecessor(ctx: Context, command: ClaimCommand, waitMs: number): Promise<SendOutcome> {
  const { env, config, traceparent } = ctx;
  const { answer, reports } = await callObject((again) => {
    const stub = coordinatorStub(env, config, command.paylinkId);
    return stub.send({ ...command, again, waitMs, ...(traceparent ? { traceparent } : {}) });
  });
  for (const { provider, outcome, by } of z.array(Reported).parse(reports)) {
    providerBreaker.record(provider, { kind: outcome, by }, Date.now());
  }
  if (answer.kind === 'refused') return answer;
  return { ...SendResult.parse(JSON.parse(answer.outcome)), replayed: answer.replayed };
}
