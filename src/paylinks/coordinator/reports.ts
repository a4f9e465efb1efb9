import { nextProvider } from '../../delivery/providers/index.ts';
import { log } from '../../lib/log.ts';
import type { DeliveryLog } from '../../model/delivery.ts';
import type { ProvidersFor } from '../context.ts';
import { applyReport, newAttempt } from '../domain/attempts.ts';
import { attemptsOf, summarize } from '../domain/operation.ts';
import type { SendResult } from '../domain/outcome.ts';
import { NEXT_CALL_MS } from '../domain/send-budget.ts';
import { isActive } from '../domain/status.ts';
import { suppressOptedOut } from '../recipients/suppressions.ts';
import { type Claims, grantOf } from './claims.ts';
import type { Journal } from './journal.ts';
import type { Operations } from './operations.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { RecipientLookup } from './recipient-lookup.ts';
import type { Grant, ReportCommand, ReportReply } from './rpc.ts';

export type ReportsDeps = {
  cache: PaylinkCache;
  journal: Journal;
  operations: Operations;
  claims: Claims;
  recipients: RecipientLookup;
  /** The providers of a channel, in fail-over order. */
  providersFor: ProvidersFor;
  db: D1Database;
  now: () => number;
};

/** Records how calls ended, and says what is to be asked next. */
export class Reports {
  readonly #deps: ReportsDeps;
  /** Operations whose next provider is being looked for, and for how many channels: they are not over yet. */
  readonly #following = new Map<string, number>();

  constructor(deps: ReportsDeps) {
    this.#deps = deps;
  }

  /** The outcome is durable before anything else is awaited. A report that comes again finds it and gets the same answer. */
  async report(command: ReportCommand): Promise<ReportReply> {
    const { cache, journal, operations } = this.#deps;
    const entry = await cache.get(command.paylinkId);
    const attempt = entry?.paylink.deliveryLogs.find(({ id }) => id === command.attemptId);
    if (!entry || !attempt) {
      log('error', 'report_without_attempt', { paylinkId: command.paylinkId, attemptId: command.attemptId });
      return { kind: 'recorded' };
    }
    const { paylinkId, outcome, operationId } = command;
    const result = journal.together(() => {
      operations.record(entry, attempt.id, outcome, operationId);
      return this.#concluded(entry, command);
    });
    if (outcome.kind === 'refused' && outcome.optedOut) await this.#suppress(entry, attempt);
    if (!journal.operation(paylinkId, operationId)) {
      await cache.project(entry);
      return { kind: 'recorded' };
    }
    if (result) {
      await cache.project(entry);
      return { kind: 'ended', result, replayed: false };
    }
    const grant = await this.#followed(operationId, () => this.#next(command));
    return grant ? { kind: 'granted', grant } : this.#end(command);
  }

  /** What the operation came to, where this report ends it: no other provider is to be asked, and no other channel is under way. */
  #concluded(entry: CachedPaylink, { operationId, outcome }: ReportCommand): SendResult | null {
    const { operations, journal } = this.#deps;
    const operation = journal.operation(entry.paylink.id, operationId);
    const mayBeFollowed = outcome.kind === 'refused' && outcome.by === 'provider';
    if (operation?.state !== 'running' || mayBeFollowed || this.#isUnderWay(entry, operationId)) return null;
    return operations.conclude(entry, operation);
  }

  async #suppress({ paylink }: CachedPaylink, attempt: DeliveryLog): Promise<void> {
    const { channel, recipient, recipientHash: hash, provider } = attempt;
    if (recipient === null) return;
    await suppressOptedOut(this.#deps.db, paylink.merchantId, { channel, recipient, hash, provider }, this.#deps.now());
  }

  #isUnderWay({ paylink }: CachedPaylink, operationId: string): boolean {
    return summarize(paylink, operationId).running || this.#following.has(operationId);
  }

  async #followed<T>(operationId: string, next: () => Promise<T>): Promise<T> {
    const count = (by: number) => this.#following.set(operationId, (this.#following.get(operationId) ?? 0) + by);
    count(1);
    try {
      return await next();
    } finally {
      count(-1);
      if (this.#following.get(operationId) === 0) this.#following.delete(operationId);
    }
  }

  /** The provider to ask next, after a certain refusal by the one that was asked; durable before it is told. */
  async #next(command: ReportCommand): Promise<Grant | null> {
    const { outcome, remainingMs } = command;
    if (outcome.kind !== 'refused' || outcome.by !== 'provider') return null;
    const refused = await this.#refusedAttempt(command);
    if (!refused) return null;
    const { entry, attempt } = refused;
    const granted = this.#grantedAfter(entry, attempt);
    if (granted) return this.#again(entry, attempt, granted);
    if (remainingMs < NEXT_CALL_MS || !this.#mayFollow(entry, attempt)) return null;
    const { channel, recipientHash: hash } = attempt;
    const status = await this.#deps.recipients.read(entry.paylink.merchantId, [hash]);
    const isSuppressed = status?.suppressed.some((one) => one.channel === channel && one.hash === hash);
    if (!status || isSuppressed) return null;
    // Everything from here to the commit runs without an `await`, on the Paylink as it is now.
    const current = await this.#refusedAttempt(command);
    if (!current || !this.#mayFollow(current.entry, current.attempt)) return null;
    if (this.#grantedAfter(current.entry, current.attempt)) return null;
    return this.#grant(current.entry, current.attempt, command, status.merchant.mode);
  }

  /** A report that comes again: the answer to the first was lost, so nobody has begun what it granted. */
  #again(entry: CachedPaylink, refused: DeliveryLog, granted: DeliveryLog): Grant | null {
    if (granted.status !== 'PENDING') return null;
    if (this.#mayFollow(entry, refused)) return grantOf(granted)[0] ?? null;
    this.#deps.operations.changeAttempt(entry, granted.id, (log, now, version) =>
      applyReport(log, { kind: 'not_begun' }, now, version),
    );
    return null;
  }

  /** The attempt, if it was refused for certain and its operation runs. */
  async #refusedAttempt({
    paylinkId,
    operationId,
    attemptId,
  }: ReportCommand): Promise<{ entry: CachedPaylink; attempt: DeliveryLog } | null> {
    const entry = await this.#deps.cache.get(paylinkId);
    const attempt = entry?.paylink.deliveryLogs.find(({ id }) => id === attemptId);
    if (!entry || attempt?.status !== 'FAILED' || attempt.acceptedAt !== null) return null;
    return this.#deps.journal.operation(paylinkId, operationId)?.state === 'running' ? { entry, attempt } : null;
  }

  #mayFollow({ paylink }: CachedPaylink, { recipient }: DeliveryLog): boolean {
    return recipient !== null && isActive(paylink, this.#deps.now());
  }

  #grantedAfter({ paylink }: CachedPaylink, attempt: DeliveryLog): DeliveryLog | undefined {
    const ofChannel = attemptsOf(paylink, attempt.operationId).filter(({ channel }) => channel === attempt.channel);
    return ofChannel[ofChannel.findIndex(({ id }) => id === attempt.id) + 1];
  }

  #grant(entry: CachedPaylink, attempt: DeliveryLog, { skip }: ReportCommand, mode: 'test' | 'live'): Grant | null {
    const { cache, providersFor, now: clock } = this.#deps;
    const { paylink } = entry;
    const { channel, recipient, recipientHash: hash, operationId } = attempt;
    const tried = attemptsOf(paylink, operationId).flatMap((one) =>
      one.channel === channel && one.provider ? [one.provider] : [],
    );
    const provider = nextProvider(providersFor(channel, mode), tried, skip);
    if (!provider || recipient === null) return null;
    const now = clock();
    const next = newAttempt(paylink, operationId, { channel, recipient, hash }, provider.name, now);
    cache.commit(entry, { ...paylink, version: next.version, deliveryLogs: [...paylink.deliveryLogs, next] }, now);
    return grantOf(next)[0] ?? null;
  }

  /** The answer of the operation, once no other channel is under way. */
  async #end({ paylinkId, operationId }: ReportCommand): Promise<ReportReply> {
    const { cache, journal, operations, claims } = this.#deps;
    const entry = await cache.get(paylinkId);
    const operation = journal.operation(paylinkId, operationId);
    if (!entry || !operation) return { kind: 'recorded' };
    if (operation.state !== 'running') {
      await cache.project(entry);
      return claims.ended(operation, entry, false);
    }
    if (this.#isUnderWay(entry, operationId)) return { kind: 'recorded' };
    const result = operations.conclude(entry, operation);
    await cache.project(entry);
    return { kind: 'ended', result, replayed: false };
  }
}
