import { nextProvider } from '../delivery/choose.ts';
import type { Provider } from '../delivery/port.ts';
import type { Config } from '../env.ts';
import { notFound, type Refusal, refusal } from '../errors.ts';
import { log } from '../log.ts';
import type { Channel, DeliveryLog, Merchant, Paylink } from '../model.ts';
import type { Standing } from '../store/standing.ts';
import { Waits } from '../waits.ts';
import type { AlarmClock } from './alarm-clock.ts';
import type { Book } from './book.ts';
import type { Known } from './changes.ts';
import { composeMessage } from './compose.ts';
import type { Conclusions } from './conclusions.ts';
import { decideSend, mayAct, type Target } from './decide-send.ts';
import { type DispatchDesk, dispatchChannel, newAttempt } from './dispatch.ts';
import { matchOperation } from './idempotency.ts';
import type { Journal, Operation } from './journal.ts';
import { outcomeOf } from './operation.ts';
import type { SendCommand, SendReply } from './send-command.ts';
import type { Standings } from './standings.ts';
import { within } from './within.ts';

/** The whole send has to be answered within this, ms. */
const sendDeadlineMs = 25_000;
/** A running operation that is older than this was abandoned by a dead object, ms. */
const stuckMs = 30_000;
/** How long an un-keyed repeat waits for the send it repeats, ms. */
const unkeyedWaitMs = 20_000;
const dayMs = 24 * 60 * 60 * 1000;

export type SendsDeps = {
  book: Book;
  conclusions: Conclusions;
  journal: Journal;
  alarm: AlarmClock;
  config: Config;
  /** The providers of a channel for a merchant, in fail-over order. */
  providers: (channel: Channel, merchant: Merchant) => Provider[];
  now: () => number;
  standings: Standings;
  /** Keeps a recipient that opted out from being sent to again. Never throws. */
  suppressOptedOut: (paylink: Paylink, target: Target, now: number) => Promise<void>;
};

const refuse = (refused: Refusal): SendReply => ({ answer: { kind: 'refused', refusal: refused }, reports: [] });
const unread = refusal('unavailable', 'The recipient could not be looked up. Try again.', { retryAfterSeconds: 1 });

/** Sends, each once: replay, decide, claim, ask the providers, conclude. */
export class Sends {
  readonly #deps: SendsDeps;
  readonly #running = new Map<string, Promise<SendReply>>();

  constructor(deps: SendsDeps) {
    this.#deps = deps;
  }

  /** One send, once for each operation id and each key. */
  async send(command: SendCommand): Promise<SendReply> {
    const waits = new Waits();
    const reply = await this.#send(command, waits);
    return { ...reply, waits: waits.all() };
  }

  /** Everything between finding the Paylink and claiming runs without an `await`: nothing can come between. */
  async #send(command: SendCommand, waits: Waits): Promise<SendReply> {
    const { book, standings, now: clock } = this.#deps;
    let standing: Standing | null = null;
    for (;;) {
      const known = await book.get(command.paylinkId, (loaded) => this.recover(loaded));
      if (!known) return refuse(notFound);
      const foreign = mayAct(command.callerId, { merchantId: known.paylink.merchantId, parentId: known.parentId });
      if (foreign) return refuse(foreign);
      const repeated = this.#repeated(command, known, standing);
      if (repeated && repeated !== 'unread') return repeated;
      const { paylink } = known;
      const decision = repeated ? { kind: repeated } : decideSend({ ...command, paylink, standing, now: clock() });
      if (decision.kind === 'go') return this.#begin(command, known, decision, waits);
      if (decision.kind === 'refused') {
        if (decision.suppressed.length > 0) await this.#logSuppressed(command, known, decision.suppressed);
        return refuse(decision.refusal);
      }
      const { merchantId, emailHash, phoneHash } = paylink;
      const hashes = command.to ? [command.to.hash] : [emailHash, phoneHash].filter((hash) => hash !== null);
      standing = await waits.during('read', standings.read(merchantId, hashes));
      if (!standing) return refuse(unread);
    }
  }

  /** The answer to a command that names an operation which exists; null when it is new. Without a key the merchant's window decides. */
  #repeated(
    command: SendCommand,
    known: Known,
    standing: Standing | null,
  ): Promise<SendReply> | SendReply | 'unread' | null {
    const { journal, now } = this.#deps;
    if (known.neverSent) return null;
    const { operationId, key, paylinkId, fingerprint } = command;
    const own = command.again ? journal.operation(operationId) : null;
    if (!own && key === null && !standing) return 'unread';
    const existing =
      own ??
      (key === null
        ? journal.unkeyedOperation(paylinkId, fingerprint, now() - (standing?.merchant.unkeyedWindowMs ?? 0))
        : journal.operationOf(paylinkId, key));
    if (!existing) return null;
    if (existing.id === operationId) {
      return existing.state === 'running'
        ? this.#await(operationId, sendDeadlineMs, false)
        : this.#answer(existing, known, false);
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
        return this.#answer(existing, known, true);
    }
  }

  #answer(operation: Operation, known: Known, replayed: boolean): SendReply {
    const outcome = operation.outcome ?? JSON.stringify(outcomeOf(known.paylink, operation.id));
    return { answer: { kind: 'ended', outcome, replayed }, reports: [] };
  }

  /** Waits for an operation under way, at most `waitMs`; then 409. */
  async #await(operationId: string, waitMs: number, replayed: boolean): Promise<SendReply> {
    const inProgress = refuse(
      refusal('idempotency_in_progress', 'The same request is still being processed.', { retryAfterSeconds: 1 }),
    );
    const running = this.#running.get(operationId);
    if (!running || waitMs <= 0) return inProgress;
    const reply = await within(running, waitMs);
    if (reply === 'late') return inProgress;
    const { answer } = reply;
    return { answer: answer.kind === 'refused' ? answer : { ...answer, replayed }, reports: [] };
  }

  /** Claims the operation (durable with its attempts and the alarm before any request leaves), then runs it. */
  #begin(
    command: SendCommand,
    known: Known,
    { targets, merchant }: { targets: Target[]; merchant: Merchant },
    waits: Waits,
  ): Promise<SendReply> {
    const { journal, book, alarm, now: clock } = this.#deps;
    const now = clock();
    const operation: Operation = {
      id: command.operationId,
      paylinkId: known.paylink.id,
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
      return { target, providers, first: newAttempt(known.paylink, operation.id, target, first.name, now) };
    });
    journal.addOperation(operation);
    known.neverSent = false;
    const { paylink } = known;
    const deliveryLogs = [...paylink.deliveryLogs, ...plans.map((plan) => plan.first)];
    book.commit(known, { ...paylink, version: paylink.version + 1, updatedAt: now, deliveryLogs }, now);
    alarm.ringBy(operation.dueAt);
    book.busy(paylink.id, 1);
    const running = this.#run(command, known, operation, { plans, merchant }, waits).finally(() => {
      this.#running.delete(operation.id);
      book.busy(paylink.id, -1);
    });
    this.#running.set(operation.id, running);
    return running;
  }

  async #run(
    command: SendCommand,
    known: Known,
    operation: Operation,
    { plans, merchant }: { plans: { target: Target; providers: Provider[]; first: DeliveryLog }[]; merchant: Merchant },
    waits: Waits,
  ): Promise<SendReply> {
    const { book, config } = this.#deps;
    const desk = this.#desk(known, operation, merchant, plans.length === 1, command.traceparent);
    const deadline = operation.createdAt + sendDeadlineMs - 1_000;
    const shared = { skip: command.skip, merchant, timeoutMs: config.PROVIDER_TIMEOUT_MS, deadline };
    const dispatched = Promise.all(plans.map((plan) => dispatchChannel(desk, { ...plan, ...shared })));
    const reports = await waits.during('provider', dispatched);
    const outcome = this.#deps.conclusions.conclude(known, operation);
    await waits.during('store', book.project(known));
    return { answer: { kind: 'ended', outcome, replayed: false }, reports: reports.flat() };
  }

  /** `isOnly`: the send has one channel, so that the end of its call is followed by the conclusion in the same turn. */
  #desk(known: Known, operation: Operation, merchant: Merchant, isOnly: boolean, traceparent?: string): DispatchDesk {
    const { book, conclusions, config, now: clock } = this.#deps;
    return {
      now: clock,
      paylink: () => known.paylink,
      begin: (target, provider) => {
        const now = clock();
        const attempt = newAttempt(known.paylink, operation.id, target, provider, now);
        const { paylink } = known;
        book.commit(
          known,
          { ...paylink, version: attempt.version, deliveryLogs: [...paylink.deliveryLogs, attempt] },
          now,
        );
        return attempt;
      },
      end: (attemptId, change) => conclusions.changeAttempt(known, attemptId, change, isOnly ? operation : undefined),
      optedOut: (target) => this.#deps.suppressOptedOut(known.paylink, target, clock()),
      stillWanted: async ({ channel, hash }, attemptId) => {
        const standing = await this.#deps.standings.read(known.paylink.merchantId, [hash]);
        const erased = known.paylink.deliveryLogs.some((log) => log.id === attemptId && log.recipient === null);
        const suppressed = standing?.suppressed.some((entry) => entry.channel === channel && entry.hash === hash);
        return standing !== null && !erased && !suppressed;
      },
      ask: (provider, attempt, timeoutMs) => {
        const message = composeMessage(config, known.paylink, merchant, attempt, attempt.recipient ?? '');
        return provider.send(message, { timeoutMs, ...(traceparent ? { traceparent } : {}) }).catch((error) => {
          log('error', 'provider_threw', { provider: provider.name, error: String(error) });
          return { kind: 'unknown', reason: 'The provider call broke off.' };
        });
      },
    };
  }

  /** Concludes what an earlier life of this object left running. */
  recover(known: Known): void {
    this.#deps.conclusions.recover(known, (operationId) => this.#running.has(operationId));
  }

  /** Whether this life of the object is asking providers for it right now. */
  isRunning(operationId: string): boolean {
    return this.#running.has(operationId);
  }

  /** The providers of a channel for this merchant, in fail-over order. */
  providers(channel: Channel, merchant: Merchant): Provider[] {
    return this.#deps.providers(channel, merchant);
  }

  async #logSuppressed(command: SendCommand, known: Known, targets: Target[]): Promise<void> {
    const { book, now: clock } = this.#deps;
    const { paylink } = known;
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
    book.commit(
      known,
      { ...paylink, version: paylink.version + 1, deliveryLogs: [...paylink.deliveryLogs, ...logs] },
      now,
    );
    await book.project(known);
  }
}
