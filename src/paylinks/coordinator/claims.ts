import { nextProvider } from '../../delivery/providers/index.ts';
import { notActive, notFound, type Refusal, refusal } from '../../errors.ts';
import { DAY_MS } from '../../lib/durations.ts';
import type { DeliveryLog } from '../../model/delivery.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { Paylink } from '../../model/paylink.ts';
import type { RecipientStatus } from '../../store/recipient-status.ts';
import type { ProvidersFor } from '../context.ts';
import { applyReport, GRANT_MS, newAttempt, type Target } from '../domain/attempts.ts';
import { fullRefusal } from '../domain/bounds.ts';
import { decideSend, refusalFor } from '../domain/decide-send.ts';
import { keyOfCaller, matchOperation, UNKNOWN_WINDOW_MS } from '../domain/idempotency.ts';
import { attemptsOf, type Operation, resultOf } from '../domain/operation.ts';
import { SendResult } from '../domain/outcome.ts';
import { isActive, statusAt } from '../domain/status.ts';
import type { Alarm } from './alarm.ts';
import { InFlight } from './in-flight.ts';
import type { Journal } from './journal.ts';
import type { Operations } from './operations.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { RecipientLookup } from './recipient-lookup.ts';
import type { ClaimCommand, ClaimReply, EndedReply, Grant, ReleaseCommand } from './rpc.ts';

export type ClaimsDeps = {
  cache: PaylinkCache;
  journal: Journal;
  alarm: Alarm;
  operations: Operations;
  recipients: RecipientLookup;
  /** The providers of a channel, in fail-over order. */
  providersFor: ProvidersFor;
  now: () => number;
};

const refuse = (refused: Refusal): ClaimReply => ({ kind: 'refused', refusal: refused });
const unread = refusal('unavailable', 'The recipient could not be looked up. Try again.', { retryAfterSeconds: 1 });
const released = refusal('unavailable', 'This send was given up before it began. Try again.', { retryAfterSeconds: 1 });

/** What a Worker is told of an attempt that is its to ask for. */
export const grantOf = ({ id, channel, provider, recipient }: DeliveryLog): Grant[] =>
  provider === null || recipient === null ? [] : [{ attemptId: id, channel, provider, recipient }];

/** Claims: who may send, what repeats another send, and which providers to ask. */
export class Claims {
  readonly #deps: ClaimsDeps;
  readonly #inFlight = new InFlight();

  constructor(deps: ClaimsDeps) {
    this.#deps = deps;
  }

  /** Everything between finding the Paylink and claiming runs without an `await`: nothing can come between. */
  async claim(asked: ClaimCommand): Promise<ClaimReply> {
    const { cache, recipients, now: clock } = this.#deps;
    let status: RecipientStatus | null = null;
    for (;;) {
      const entry = await cache.get(asked.paylinkId);
      if (!entry) return refuse(notFound);
      const owner = entry.paylink.merchantId;
      const foreign = refusalFor(asked.callerId, { merchantId: owner, parentId: entry.parentId });
      if (foreign) return refuse(foreign);
      const key = asked.key === null ? null : keyOfCaller(asked.key, asked.callerId, owner);
      const command = { ...asked, key };
      const repeated = this.#repeated(command, entry, status);
      if (repeated && repeated !== 'unread') return repeated;
      const { paylink } = entry;
      const decision = repeated
        ? { kind: repeated }
        : decideSend({ ...command, paylink, recipientStatus: status && this.#inFlight.addTo(status), now: clock() });
      if (decision.kind === 'go') return this.#grant(command, entry, decision.targets, decision.merchant);
      if (decision.kind === 'refused') {
        if (decision.suppressed.length > 0) await this.#logSuppressed(command, entry, decision.suppressed);
        return refuse(decision.refusal);
      }
      const { merchantId, emailHash, phoneHash } = paylink;
      const overridden = command.overrides?.map(({ hash }) => hash) ?? [];
      const own = [emailHash, phoneHash].filter((hash) => hash !== null);
      const hashes = command.to ? [command.to.hash] : [...overridden, ...own];
      status = await recipients.read(merchantId, hashes, command.channels.includes('SMS'));
      if (!status) return refuse(unread);
    }
  }

  /** The answer to a claim that names an operation which exists; null when it is new. Without a key the merchant's window decides. */
  #repeated(command: ClaimCommand, entry: CachedPaylink, status: RecipientStatus | null): ClaimReply | 'unread' | null {
    const { journal, now } = this.#deps;
    const { operationId, key, paylinkId, fingerprint } = command;
    const own = journal.operation(paylinkId, operationId);
    if (own) return this.#again(own, entry, status);
    if (key === null && !status) return 'unread';
    const existing =
      key === null ? journal.unkeyedOperation(paylinkId, fingerprint) : journal.operationOf(paylinkId, key);
    if (!existing) return null;
    if (key === null && !isWithinWindow(existing, now(), status?.merchant.unkeyedWindowMs ?? 0)) return null;
    if (key === null && wentElsewhere(existing, entry.paylink, command)) return null;
    switch (matchOperation(existing, fingerprint)) {
      case 'new':
        return null;
      case 'reuse':
        return refuse(refusal('idempotency_key_reuse', 'This Idempotency-Key was used for another operation.'));
      case 'wait':
        return { kind: 'running', operationId: existing.id };
      case 'replay':
      case 'present':
        return this.ended(existing, entry, true);
    }
  }

  /** The claim of an operation that this coordinator knows: its answer was lost on the way. */
  #again(own: Operation, entry: CachedPaylink, status: RecipientStatus | null): ClaimReply | 'unread' {
    if (own.state === 'failed' && own.outcome === null) return refuse(released);
    if (own.state !== 'running') return this.ended(own, entry, false);
    if (!status) return 'unread';
    if (!isActive(entry.paylink, this.#deps.now())) {
      this.#giveUp(own, entry);
      const status = statusAt(entry.paylink, this.#deps.now());
      return refuse(notActive(status, 'The Paylink ended before its message was sent.'));
    }
    const pending = attemptsOf(entry.paylink, own.id).filter((log) => log.status === 'PENDING');
    return granted(entry.paylink, status.merchant, pending);
  }

  /** The answer of an operation that is over. */
  ended(operation: Operation, entry: CachedPaylink, replayed: boolean): EndedReply {
    return { kind: 'ended', result: storedResult(operation) ?? resultOf(entry.paylink, operation.id), replayed };
  }

  /** Claims the operation: durable with its attempts and the alarm before anything leaves. */
  #grant(command: ClaimCommand, entry: CachedPaylink, targets: Target[], merchant: Merchant): ClaimReply {
    const { journal, cache, alarm, providersFor, now: clock } = this.#deps;
    const now = clock();
    const { paylink } = entry;
    const attempts: DeliveryLog[] = [];
    for (const target of targets) {
      const provider = nextProvider(providersFor(target.channel, merchant.mode), [], command.skip);
      if (!provider) throw new Error(`no provider is configured for ${target.channel}`);
      const before = { ...paylink, deliveryLogs: [...paylink.deliveryLogs, ...attempts] };
      attempts.push(newAttempt(before, command.operationId, target, provider.name, now));
    }
    const { operationId: id, paylinkId, key, fingerprint, createdBy, actor } = command;
    const open = { state: 'running', endedAt: null, tries: 0, outcome: null } as const;
    const operation: Operation = {
      id,
      paylinkId,
      key,
      fingerprint,
      createdBy,
      ...(actor ? { actor } : {}),
      createdAt: now,
      dueAt: now + GRANT_MS,
      ...open,
      ...(key === null ? { windowMs: merchant.unkeyedWindowMs } : {}),
    };
    const deliveryLogs = [...paylink.deliveryLogs, ...attempts];
    journal.together(() => {
      journal.addOperation(operation);
      cache.commit(entry, { ...paylink, version: paylink.version + 1, updatedAt: now, deliveryLogs }, now);
    });
    for (const target of targets) this.#inFlight.add(entry, target);
    alarm.ringBy(operation.dueAt);
    return granted(entry.paylink, merchant, attempts);
  }

  /** A Worker gave its claim up: nothing was asked. A claim that comes after this is refused. */
  async release({ paylinkId, operationId }: ReleaseCommand): Promise<void> {
    const { journal, cache, alarm, now: clock } = this.#deps;
    const entry = await cache.get(paylinkId);
    if (!entry) return;
    const operation = journal.operation(paylinkId, operationId);
    if (operation) {
      if (operation.state === 'running') this.#giveUp(operation, entry);
      return;
    }
    const now = clock();
    alarm.ringBy(now + GRANT_MS);
    journal.addOperation({
      id: operationId,
      paylinkId,
      key: null,
      fingerprint: '',
      state: 'failed',
      createdBy: '',
      createdAt: now,
      endedAt: now,
      dueAt: now + GRANT_MS,
      tries: 0,
      outcome: null,
    });
  }

  /** None of its calls was begun: FAILED, and its key is free. */
  #giveUp(operation: Operation, entry: CachedPaylink): void {
    const { operations, journal, cache, now } = this.#deps;
    const ended = { state: 'failed', key: null, outcome: null, endedAt: now(), dueAt: now() + GRANT_MS } as const;
    journal.together(() => {
      for (const { id } of attemptsOf(entry.paylink, operation.id)) {
        operations.changeAttempt(entry, id, (log, at, version) => applyReport(log, { kind: 'not_begun' }, at, version));
      }
      journal.saveOperation({ ...operation, ...ended });
    });
    void cache.project(entry);
  }

  /** Said once a day, not once a request. */
  async #logSuppressed(command: ClaimCommand, entry: CachedPaylink, targets: Target[]): Promise<void> {
    const { cache, now: clock } = this.#deps;
    const { paylink } = entry;
    const now = clock();
    const isLogged = ({ channel, hash }: Target) =>
      paylink.deliveryLogs.some(
        (log) =>
          log.status === 'SUPPRESSED' &&
          log.channel === channel &&
          log.recipientHash === hash &&
          log.createdAt > now - DAY_MS,
      );
    const fresh = targets.filter((target) => !isLogged(target));
    if (fresh.length === 0 || fullRefusal(paylink, fresh.length)) return;
    let { deliveryLogs } = paylink;
    for (const target of fresh) {
      const attempt = newAttempt({ ...paylink, deliveryLogs }, command.operationId, target, null, now);
      const log = { ...attempt, status: 'SUPPRESSED', reason: 'The recipient is suppressed.' } as const;
      deliveryLogs = [...deliveryLogs, log];
    }
    cache.commit(entry, { ...paylink, version: paylink.version + 1, deliveryLogs }, now);
    await cache.project(entry);
  }
}

function granted(paylink: Paylink, merchant: Merchant, attempts: DeliveryLog[]): ClaimReply {
  const { deliveryLogs: _, events: __, orders: ___, ...told } = paylink;
  return { kind: 'granted', paylink: told, merchant, grants: attempts.flatMap(grantOf) };
}

/** The answer that was kept; null: it is answered as things stand. */
const storedResult = ({ state, outcome }: Operation): SendResult | null =>
  outcome !== null && state !== 'unsettled' ? SendResult.parse(JSON.parse(outcome)) : null;

/** Is an un-keyed send like `existing` the same one? While it runs, and for a while after its end; longer when that is not known. */
function isWithinWindow({ state, endedAt, createdAt }: Operation, now: number, windowMs: number): boolean {
  if (state === 'running') return true;
  const window = state === 'unsettled' ? Math.max(windowMs, UNKNOWN_WINDOW_MS) : windowMs;
  return (endedAt ?? createdAt) > now - window;
}

/** Did a send to the customer go to another address than it would now? Then one without a key is no repeat of it: the customer was corrected. */
const wentElsewhere = ({ id }: Operation, paylink: Paylink, { to, overrides }: ClaimCommand): boolean =>
  to === null &&
  !overrides &&
  attemptsOf(paylink, id).some(
    ({ channel, recipientHash }) => recipientHash !== (channel === 'EMAIL' ? paylink.emailHash : paylink.phoneHash),
  );
