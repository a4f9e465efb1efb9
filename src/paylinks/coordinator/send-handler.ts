import type { Provider } from '../../delivery/port.ts';
import { nextProvider } from '../../delivery/providers/index.ts';
import type { Config } from '../../env.ts';
import { notFound, type Refusal, refusal } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import { withTimeout } from '../../lib/timeout.ts';
import { Timings } from '../../lib/timings.ts';
import type { Channel, DeliveryLog, Merchant, Paylink } from '../../model.ts';
import type { RecipientStatus } from '../../store/recipient-status.ts';
import { type DispatchDesk, dispatchChannel, newAttempt } from '../dispatch.ts';
import { outcomeOf } from '../domain/attempts.ts';
import { decideSend, refusalFor, type Target } from '../domain/decide-send.ts';
import { matchOperation } from '../domain/idempotency.ts';
import type { Operation } from '../domain/operation.ts';
import type { Alarm } from './alarm.ts';
import { composeMessage } from './compose-message.ts';
import { InFlight } from './in-flight.ts';
import type { Journal } from './journal.ts';
import type { Operations } from './operations.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { RecipientLookup } from './recipient-lookup.ts';
import type { SendCommand, SendReply } from './rpc.ts';

/** The whole send has to be answered within this, ms. */
const sendDeadlineMs = 25_000;
/** A running operation that is older than this was abandoned by a dead object, ms. */
const stuckMs = 30_000;
/** How long an un-keyed repeat waits for the send it repeats, ms. */
const unkeyedWaitMs = 20_000;
const dayMs = 24 * 60 * 60 * 1000;

export type SendsDeps = {
  cache: PaylinkCache;
  operations: Operations;
  journal: Journal;
  alarm: Alarm;
  config: Config;
  /** The providers of a channel for a merchant, in fail-over order. */
  providers: (channel: Channel, merchant: Merchant) => Provider[];
  now: () => number;
  recipientLookup: RecipientLookup;
  /** Keeps a recipient that opted out from being sent to again. Never throws. */
  suppressOptedOut: (paylink: Paylink, target: Target, now: number) => Promise<void>;
};

const refuse = (refused: Refusal): SendReply => ({ answer: { kind: 'refused', refusal: refused }, reports: [] });
const unread = refusal('unavailable', 'The recipient could not be looked up. Try again.', { retryAfterSeconds: 1 });

/** Sends, each once: replay, decide, claim, ask the providers, conclude. */
export class Sends {
  readonly #deps: SendsDeps;
  readonly #running = new Map<string, Promise<SendReply>>();
  readonly #inFlight = new InFlight();

  constructor(deps: SendsDeps) {
    this.#deps = deps;
  }

  /** One send, once for each operation id and each key. */
  async send(command: SendCommand): Promise<SendReply> {
    const timings = new Timings();
    const reply = await this.#send(command, timings);
    return { ...reply, timings: timings.all() };
  }

  /** Everything between finding the Paylink and claiming runs without an `await`: nothing can come between. */
  async #send(command: SendCommand, timings: Timings): Promise<SendReply> {
    const { cache, recipientLookup, now: clock } = this.#deps;
    let recipientStatus: RecipientStatus | null = null;
    for (;;) {
      const entry = await cache.get(command.paylinkId, (loaded) => this.recover(loaded));
      if (!entry) return refuse(notFound);
      const foreign = refusalFor(command.callerId, { merchantId: entry.paylink.merchantId, parentId: entry.parentId });
      if (foreign) return refuse(foreign);
      const repeated = this.#repeated(command, entry, recipientStatus);
      if (repeated && repeated !== 'unread') return repeated;
      const { paylink } = entry;
      const question = {
        ...command,
        paylink,
        recipientStatus: recipientStatus && this.#inFlight.addTo(recipientStatus),
        now: clock(),
      };
      const decision = repeated ? { kind: repeated } : decideSend(question);
      if (decision.kind === 'go') return this.#begin(command, entry, decision, timings);
      if (decision.kind === 'refused') {
        if (decision.suppressed.length > 0) await this.#logSuppressed(command, entry, decision.suppressed);
        return refuse(decision.refusal);
      }
      const { merchantId, emailHash, phoneHash } = paylink;
      const hashes = command.to ? [command.to.hash] : [emailHash, phoneHash].filter((hash) => hash !== null);
      recipientStatus = await timings.during('read', recipientLookup.read(merchantId, hashes));
      if (!recipientStatus) return refuse(unread);
    }
  }

  /** The answer to a command that names an operation which exists; null when it is new. Without a key the merchant's window decides. */
  #repeated(
    command: SendCommand,
    entry: CachedPaylink,
    recipientStatus: RecipientStatus | null,
  ): Promise<SendReply> | SendReply | 'unread' | null {
    const { journal, now } = this.#deps;
    if (entry.neverSent) return null;
    const { operationId, key, paylinkId, fingerprint } = command;
    const own = command.again ? journal.operation(operationId) : null;
    if (!own && key === null && !recipientStatus) return 'unread';
    const existing =
      own ??
      (key === null
        ? journal.unkeyedOperation(paylinkId, fingerprint, now() - (recipientStatus?.merchant.unkeyedWindowMs ?? 0))
        : journal.operationOf(paylinkId, key));
    if (!existing) return null;
    if (existing.id === operationId) {
      return existing.state === 'running'
        ? this.#await(operationId, sendDeadlineMs, false)
        : this.#answer(existing, entry, false);
    }
    switch (matchOperation(existing, fingerprint)) {
      case 'new':
        return null;
      case 'reuse':
        return refuse(refusal('idempotency_key_reuse', 'This Idempotency-Key was used for another operation.'));
      case 'wait':
        return this.#await(existing.id, key ? command.waitMs : unkeyedWaitMs, true);
      case 'replay':
      case 'present':
        return this.#answer(existing, entry, true);
    }
  }

  #answer(operation: Operation, entry: CachedPaylink, replayed: boolean): SendReply {
    const outcome = operation.outcome ?? JSON.stringify(outcomeOf(entry.paylink, operation.id));
    return { answer: { kind: 'ended', outcome, replayed }, reports: [] };
  }

  /** Waits for an operation under way, at most `waitMs`; then 409. */
  async #await(operationId: string, waitMs: number, replayed: boolean): Promise<SendReply> {
    const inProgress = refuse(
      refusal('idempotency_in_progress', 'The same request is still being processed.', { retryAfterSeconds: 1 }),
    );
    const running = this.#running.get(operationId);
    if (!running || waitMs <= 0) return inProgress;
    const reply = await withTimeout(running, waitMs);
    if (reply === 'late') return inProgress;
    const { answer } = reply;
    return { answer: answer.kind === 'refused' ? answer : { ...answer, replayed }, reports: [] };
  }

  /** Claims the operation (durable with its attempts and the alarm before any request leaves), then runs it. */
  #begin(
    command: SendCommand,
    entry: CachedPaylink,
    { targets, merchant }: { targets: Target[]; merchant: Merchant },
    timings: Timings,
  ): Promise<SendReply> {
    const { journal, cache, alarm, now: clock } = this.#deps;
    const now = clock();
    const operation: Operation = {
      id: command.operationId,
      paylinkId: entry.paylink.id,
      key: command.key,
      fingerprint: command.fingerprint,
      state: 'running',
      createdBy: command.createdBy,
      createdAt: now,
      dueAt: now + stuckMs,
      tries: 0,
      outcome: null,
    };
    const plans = targets.map((target) => {
      const providers = this.providers(target.channel, merchant);
      const first = nextProvider(providers, [], command.skip);
      if (!first) throw new Error(`no provider is configured for ${target.channel}`);
      return { target, providers, first: newAttempt(entry.paylink, operation.id, target, first.name, now) };
    });
    journal.addOperation(operation);
    entry.neverSent = false;
    const { paylink } = entry;
    const deliveryLogs = [...paylink.deliveryLogs, ...plans.map((plan) => plan.first)];
    cache.commit(entry, { ...paylink, version: paylink.version + 1, updatedAt: now, deliveryLogs }, now);
    alarm.ringBy(operation.dueAt);
    cache.busy(paylink.id, 1);
    const { version } = entry.paylink;
    const inFlight = targets.map(({ hash }) => ({ entry, hash, version }));
    for (const one of inFlight) this.#inFlight.add(one);
    const running = this.#run(command, entry, operation, { plans, merchant }, timings).finally(() => {
      this.#running.delete(operation.id);
      for (const one of inFlight) this.#inFlight.remove(one);
      cache.busy(paylink.id, -1);
    });
    this.#running.set(operation.id, running);
    return running;
  }

  async #run(
    command: SendCommand,
    entry: CachedPaylink,
    operation: Operation,
    { plans, merchant }: { plans: { target: Target; providers: Provider[]; first: DeliveryLog }[]; merchant: Merchant },
    timings: Timings,
  ): Promise<SendReply> {
    const { cache, config } = this.#deps;
    const desk = this.#desk(entry, operation, merchant, plans.length === 1, command.traceparent);
    const deadline = operation.createdAt + sendDeadlineMs - 1_000;
    const shared = { skip: command.skip, merchant, timeoutMs: config.PROVIDER_TIMEOUT_MS, deadline };
    const dispatched = Promise.all(plans.map((plan) => dispatchChannel(desk, { ...plan, ...shared })));
    const reports = await timings.during('provider', dispatched);
    const outcome = this.#deps.operations.conclude(entry, operation);
    await timings.during('store', cache.project(entry));
    return { answer: { kind: 'ended', outcome, replayed: false }, reports: reports.flat() };
  }

  /** `isOnly`: the send has one channel, so that the end of its call is followed by the conclusion in the same turn. */
  #desk(
    entry: CachedPaylink,
    operation: Operation,
    merchant: Merchant,
    isOnly: boolean,
    traceparent?: string,
  ): DispatchDesk {
    const { cache, operations, config, now: clock } = this.#deps;
    return {
      now: clock,
      paylink: () => entry.paylink,
      begin: (target, provider) => {
        const now = clock();
        const attempt = newAttempt(entry.paylink, operation.id, target, provider, now);
        const { paylink } = entry;
        cache.commit(
          entry,
          { ...paylink, version: attempt.version, deliveryLogs: [...paylink.deliveryLogs, attempt] },
          now,
        );
        return attempt;
      },
      end: (attemptId, change) => operations.changeAttempt(entry, attemptId, change, isOnly ? operation : undefined),
      optedOut: (target) => this.#deps.suppressOptedOut(entry.paylink, target, clock()),
      stillWanted: async ({ channel, hash }, attemptId) => {
        const recipientStatus = await this.#deps.recipientLookup.read(entry.paylink.merchantId, [hash]);
        const erased = entry.paylink.deliveryLogs.some((log) => log.id === attemptId && log.recipient === null);
        const suppressed = recipientStatus?.suppressed.some(
          (entry) => entry.channel === channel && entry.hash === hash,
        );
        return recipientStatus !== null && !erased && !suppressed;
      },
      ask: (provider, attempt, timeoutMs) => {
        const message = composeMessage(config, entry.paylink, merchant, attempt, attempt.recipient ?? '');
        return provider.send(message, { timeoutMs, ...(traceparent ? { traceparent } : {}) }).catch((error) => {
          log('error', 'provider_threw', { provider: provider.name, error: String(error) });
          return { kind: 'unknown', reason: 'The provider call broke off.' };
        });
      },
    };
  }

  /** Concludes what an earlier life of this object left running. */
  recover(entry: CachedPaylink): void {
    this.#deps.operations.recover(entry, (operationId) => this.#running.has(operationId));
  }

  /** Whether this life of the object is asking providers for it right now. */
  isRunning(operationId: string): boolean {
    return this.#running.has(operationId);
  }

  /** The providers of a channel for this merchant, in fail-over order. */
  providers(channel: Channel, merchant: Merchant): Provider[] {
    return this.#deps.providers(channel, merchant);
  }

  async #logSuppressed(command: SendCommand, entry: CachedPaylink, targets: Target[]): Promise<void> {
    const { cache, now: clock } = this.#deps;
    const { paylink } = entry;
    const now = clock();
    // Said once a day, not once a request.
    const isLogged = ({ channel, hash }: Target) =>
      paylink.deliveryLogs.some(
        (log) =>
          log.status === 'SUPPRESSED' &&
          log.channel === channel &&
          log.recipientHash === hash &&
          log.createdAt > now - dayMs,
      );
    const fresh = targets.filter((target) => !isLogged(target));
    if (fresh.length === 0) return;
    const logs = fresh.map((target) => ({
      ...newAttempt(paylink, command.operationId, target, 'inbox', now),
      status: 'SUPPRESSED' as const,
      provider: null,
      reason: 'The recipient is suppressed.',
    }));
    cache.commit(
      entry,
      { ...paylink, version: paylink.version + 1, deliveryLogs: [...paylink.deliveryLogs, ...logs] },
      now,
    );
    await cache.project(entry);
  }
}
