import { DurableObject } from 'cloudflare:workers';
import { type Bindings, type Config, configOf } from '../../env.ts';
import { notFound, type Refusal, refusal } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import { measure } from '../../lib/metrics.ts';
import type { DeliveryEvent } from '../../model/delivery.ts';
import { enqueue } from '../../webhooks/enqueue.ts';
import { configuredProviders, type ProvidersFor } from '../context.ts';
import { applyChange } from '../domain/apply-change.ts';
import type { CancelCommand, ChangeCommand } from '../domain/change.ts';
import { refusalFor } from '../domain/decide-send.ts';
import { summarize } from '../domain/operation.ts';
import { type UnsubscribeTokens, unsubscribeTokens } from '../recipients/unsubscribe-token.ts';
import { Alarm } from './alarm.ts';
import { SerialQueue } from './batcher.ts';
import { BoundedQueue } from './bounded-queue.ts';
import { Callbacks } from './callbacks.ts';
import { Cancels } from './cancels.ts';
import { Claims } from './claims.ts';
import { Creates } from './creates.ts';
import { Journal } from './journal.ts';
import { NewerRow } from './journal-rows.ts';
import { KeyedChanges } from './keyed-changes.ts';
import { Operations } from './operations.ts';
import { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import { PredecessorSends } from './predecessor.ts';
import { RecipientLookup } from './recipient-lookup.ts';
import { Reconciler } from './reconciler.ts';
import { Reports } from './reports.ts';
import type {
  AwaitCommand,
  ChangeReply,
  ClaimCommand,
  ClaimReply,
  CoordinatorRpc,
  CreateCommand,
  CreateReply,
  DeliveryEventReply,
  EndedReply,
  PredecessorSend,
  PredecessorSendReply,
  ReleaseCommand,
  ReportCommand,
  ReportReply,
} from './rpc.ts';
import { Signals } from './signals.ts';

/** What callers may have going on at once, and waiting for it: a claim has to be answered within 3 s. */
const LOAD = { places: 100, maxWaiting: 300, maxWaitMs: 2_000 };
/** For how long an alarm asks providers, ms. */
const ASK_MS = 20_000;
/** When the alarm rings again for what is due, ms: sooner when all went well. */
const AGAIN_MS = 1_000;
const AGAIN_AFTER_FAILURE_MS = 15_000;

const overloaded: Refusal = refusal('overloaded', 'Too much is waiting for this. Try again in a moment.', {
  retryAfterSeconds: 2,
});
const notBegun: Refusal = refusal('unavailable', 'The same request ended before it began. Send it again.', {
  retryAfterSeconds: 1,
});
const newer: Refusal = refusal('unavailable', 'A newer release has to answer this. Try again.', {
  retryAfterSeconds: 5,
});
const stillRunning: Refusal = refusal('idempotency_in_progress', 'The same request is still being processed.', {
  retryAfterSeconds: 1,
});

/**
 * The one writer of its Paylinks (one of a pool, see paylink-id.ts): every change goes through here, so there is one order. D1 is what
 * everybody reads; this object is the sequencer and brings D1 up to date. It never waits for a provider in a send.
 */
export class PaylinkCoordinator extends DurableObject<Bindings> implements CoordinatorRpc {
  /** The time, ms; tests set their own. */
  clock: () => number = () => Date.now();
  /** Where providers come from; tests script their own. */
  providersFor: ProvidersFor;
  readonly #config: Config;
  readonly #alarm: Alarm;
  readonly #journal: Journal;
  readonly #cache: PaylinkCache;
  readonly #creates: Creates;
  readonly #operations: Operations;
  readonly #claims: Claims;
  readonly #reports: Reports;
  readonly #reconciler: Reconciler;
  readonly #cancels: Cancels;
  readonly #predecessorSends: PredecessorSends;
  readonly #unsubscribeToken: UnsubscribeTokens;
  readonly #keyed: KeyedChanges;
  readonly #callbacks: Callbacks;
  readonly #signals = new Signals();
  readonly #load = new BoundedQueue(LOAD);

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    const db = env.DB;
    const now = () => this.clock();
    const queue = new SerialQueue();
    const announced = (deliveryIds: string[]) => this.#announce(deliveryIds);
    const config = configOf(env);
    const journal = new Journal(ctx.storage.sql);
    const alarm = new Alarm(ctx.storage);
    const cache = new PaylinkCache(db, journal, alarm, queue, announced);
    const operations = new Operations(cache, journal, alarm, this.#signals, now);
    const providersFor: ProvidersFor = (channel, mode) => this.providersFor(channel, mode);
    const shared = { cache, journal, alarm, operations, config, db, now, providersFor, signals: this.#signals };
    const recipients = new RecipientLookup(db, queue, now);
    this.providersFor = configuredProviders(env, config);
    this.#config = config;
    this.#alarm = alarm;
    this.#journal = journal;
    this.#cache = cache;
    this.#operations = operations;
    this.#creates = new Creates(db, cache, queue, announced, now);
    this.#claims = new Claims({ ...shared, recipients });
    this.#reports = new Reports({ ...shared, recipients, claims: this.#claims });
    this.#unsubscribeToken = async (paylinkId, attemptId) =>
      (await unsubscribeTokens(db, config))(paylinkId, attemptId);
    this.#reconciler = new Reconciler({ ...shared, recipients, unsubscribeToken: this.#unsubscribeToken });
    this.#keyed = new KeyedChanges(journal, now);
    this.#callbacks = new Callbacks(shared);
    this.#cancels = new Cancels({ ...shared, reconciler: this.#reconciler });
    this.#predecessorSends = new PredecessorSends(this, (paylinkId, id) => journal.operation(paylinkId, id) !== null);
    void ctx.blockConcurrencyWhile(() => alarm.load(() => journal.nextDue()));
  }

  async create(command: CreateCommand): Promise<CreateReply> {
    return this.#admitted(() => this.#creates.create(command));
  }

  async claim(command: ClaimCommand): Promise<ClaimReply> {
    return this.#admitted(() => this.#claims.claim(command));
  }

  report(command: ReportCommand): Promise<ReportReply> {
    return this.#reports.report(command);
  }

  release(command: ReleaseCommand): Promise<void> {
    return this.#claims.release(command);
  }

  async awaitOperation({ paylinkId, operationId, waitMs }: AwaitCommand): Promise<EndedReply | Refused> {
    const isOver = () => this.#journal.operation(paylinkId, operationId)?.state !== 'running';
    if (!(await this.#signals.until(paylinkId, isOver, waitMs))) return refused(stillRunning);
    const entry = await this.#cache.get(paylinkId);
    const operation = this.#journal.operation(paylinkId, operationId);
    if (!entry || !operation) return refused(stillRunning);
    // Its key is free again: whoever waited for it may send.
    if (summarize(entry.paylink, operationId).notBegun) return refused(notBegun);
    return this.#claims.ended(operation, entry, true);
  }

  /** What callers ask waits for a place; what providers and checkouts tell, and what the gateway does by itself, does not. */
  async change(paylinkId: string, callerId: string | null, command: ChangeCommand): Promise<ChangeReply> {
    if (command.kind === 'cancel') return this.#cancel(paylinkId, callerId, command);
    const change = () => this.#change(paylinkId, callerId, command);
    return callerId === null || command.kind === 'payment' ? change() : this.#admitted(change);
  }

  /** Its place is for the change: what the answer waits for then takes none. */
  async #cancel(paylinkId: string, callerId: string | null, command: CancelCommand): Promise<ChangeReply> {
    const begun = await this.#admitted(async () => {
      const entry = await this.#ofCaller(paylinkId, callerId);
      return {
        kind: 'begun' as const,
        answer: entry && this.#keyed.cancel(entry, callerId, command, () => this.#cancels.cancel(entry, command)),
      };
    });
    return begun.kind === 'refused' ? begun : ((await begun.answer) ?? refused(notFound));
  }

  /** The Paylink, if it is one of the caller's; null: the gateway itself. */
  async #ofCaller(paylinkId: string, callerId: string | null): Promise<CachedPaylink | null> {
    const entry = await this.#cache.get(paylinkId);
    if (!entry || callerId === null) return entry;
    return refusalFor(callerId, { merchantId: entry.paylink.merchantId, parentId: entry.parentId }) ? null : entry;
  }

  async #change(
    paylinkId: string,
    callerId: string | null,
    command: Exclude<ChangeCommand, CancelCommand>,
  ): Promise<ChangeReply> {
    const entry = await this.#ofCaller(paylinkId, callerId);
    if (!entry) return refused(notFound);
    const repeated = this.#keyed.repeated(entry, callerId, command);
    if (repeated) return repeated;
    const now = this.clock();
    const applied = applyChange(entry.paylink, command, now);
    if (applied.kind === 'refused') return applied;
    const changed = applied.kind === 'changed';
    if (command.kind === 'erase') this.#journal.forgetAnswers(paylinkId);
    if (changed) {
      this.#cache.commit(entry, applied.paylink, now, { lineItems: applied.lineItems === true });
      if (command.kind === 'delivery' || command.kind === 'settle') this.#operations.afterDeliveryEvent(entry);
    }
    this.#keyed.record(entry, callerId, command);
    const { paylink } = entry;
    await this.#cache.project(entry);
    return { kind: 'done', paylink, changed };
  }

  deliveryEvents(events: DeliveryEvent[]): Promise<DeliveryEventReply[]> {
    return this.#callbacks.apply(events);
  }

  async expire(paylinkIds: string[]): Promise<number> {
    await this.#cache.load(paylinkIds);
    const changed: CachedPaylink[] = [];
    let done = 0;
    for (const id of paylinkIds) {
      // One that cannot be read keeps back no other; the next round comes to it.
      const entry = await this.#cache.get(id).catch(() => null);
      if (!entry) continue;
      const now = this.clock();
      const applied = applyChange(entry.paylink, { kind: 'expire' }, now);
      if (applied.kind === 'changed') this.#cache.commit(entry, applied.paylink, now);
      changed.push(entry);
      done += 1;
    }
    await Promise.all(changed.map((entry) => this.#cache.project(entry)));
    return done;
  }

  async ping(): Promise<'ok'> {
    this.#journal.nextDue();
    return 'ok';
  }

  send(command: PredecessorSend): Promise<PredecessorSendReply> {
    const { providersFor } = this;
    const [config, unsubscribeToken] = [this.#config, this.#unsubscribeToken];
    return this.#predecessorSends.send(command, { config, providersFor, unsubscribeToken });
  }

  /** Load by callers is shed, and so is what a release two or more versions on has written. */
  async #admitted<T>(work: () => Promise<T>): Promise<T | Refused> {
    try {
      const end = await this.#load.run(work);
      if (end !== 'overloaded') return end;
      measure(this.env, { what: 'shed', name: 'coordinator', outcome: 'overloaded' });
      return refused(overloaded);
    } catch (error) {
      if (!(error instanceof NewerRow)) throw error;
      log('error', 'newer_row', { error: error.message });
      return refused(newer);
    }
  }

  /** Wakes the Queue's consumer for new deliveries to merchants' endpoints; nobody waits for that. */
  #announce(deliveryIds: string[]): void {
    if (deliveryIds.length > 0) this.ctx.waitUntil(enqueue(this.env.EVENTS, deliveryIds));
  }

  /** First marks what is overdue and projects, then asks providers for at most 20 s, then sets itself again. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    const now = this.clock();
    const failed = await this.#lookAfterDue(now).then(
      () => false,
      (error: unknown) => {
        log('error', 'alarm_failed', { error: String(error) });
        return true;
      },
    );
    // An alarm that throws is dropped after its last retry, so this one never throws: it comes back, sooner when all went well.
    const next = this.#journal.nextDue();
    if (next === null) return;
    this.#alarm.ringBy(Math.max(next, this.clock() + (failed ? AGAIN_AFTER_FAILURE_MS : AGAIN_MS)));
  }

  async #lookAfterDue(now: number): Promise<void> {
    this.#journal.dropOldDays(now);
    const unsettled = await this.#reconciler.expireDue(now);
    if (unsettled.length > 0)
      measure(this.env, { what: 'unsettled', name: 'coordinator', outcome: 'unknown', count: unsettled.length });
    const projected = await Promise.allSettled([this.#cache.projectDue(now)]);
    if (unsettled.length > 0) await this.#reconciler.askDue(unsettled, now, ASK_MS);
    const [end] = projected;
    if (end?.status === 'rejected') throw end.reason;
  }
}

type Refused = { kind: 'refused'; refusal: Refusal };
const refused = (why: Refusal): Refused => ({ kind: 'refused', refusal: why });
