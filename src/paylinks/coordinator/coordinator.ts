import { DurableObject } from 'cloudflare:workers';
import type { InboxWriter } from '../../delivery/port.ts';
import { providersFor } from '../../delivery/providers/index.ts';
import { type Bindings, type Config, configOf } from '../../env.ts';
import { notFound, refusal } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import { insertInboxMessage } from '../../store/inbox.ts';
import { findByCreateKey, loadPaylink } from '../../store/paylinks.ts';
import { enqueue } from '../../webhooks/enqueue.ts';
import { applyChange } from '../domain/apply-change.ts';
import type { ChangeCommand } from '../domain/change.ts';
import { refusalFor } from '../domain/decide-send.ts';
import { suppressOptedOut } from '../recipients/suppressions.ts';
import { Alarm } from './alarm.ts';
import { SerialQueue } from './batcher.ts';
import { CreateBatcher } from './create-batcher.ts';
import { Journal } from './journal.ts';
import { Operations } from './operations.ts';
import { PaylinkCache } from './paylink-cache.ts';
import { created } from './pending-changes.ts';
import { RecipientLookup } from './recipient-lookup.ts';
import { Reconciler } from './reconciler.ts';
import type { ChangeReply, CoordinatorRpc, CreateCommand, CreateReply, SendCommand, SendReply } from './rpc.ts';
import { Sends, type SendsDeps } from './send-handler.ts';

type ProvidersFor = typeof providersFor;

/**
 * The one writer of its Paylinks (one of a pool, see id.ts): every change goes through here, so there is one order. D1 is what
 * everybody reads; this object is the sequencer and brings D1 up to date.
 */
export class PaylinkCoordinator extends DurableObject<Bindings> implements CoordinatorRpc {
  /** The time, ms; tests set their own. */
  clock: () => number = () => Date.now();
  /** Where providers come from; tests script their own. */
  providersFor: ProvidersFor = providersFor;
  readonly #config: Config;
  readonly #alarm: Alarm;
  readonly #journal: Journal;
  readonly #cache: PaylinkCache;
  readonly #creates: CreateBatcher;
  readonly #operations: Operations;
  readonly #sends: Sends;
  readonly #settling: Reconciler;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    this.#config = configOf(env);
    this.#journal = new Journal(ctx.storage.sql);
    this.#alarm = new Alarm(ctx.storage);
    const db = env.DB;
    const now = () => this.clock();
    const queue = new SerialQueue();
    const announced = (deliveryIds: string[]) => this.#announced(deliveryIds);
    this.#cache = new PaylinkCache(db, this.#journal, this.#alarm, queue, announced);
    this.#creates = new CreateBatcher(db, queue, announced);
    const shared = {
      cache: this.#cache,
      journal: this.#journal,
      config: this.#config,
      now,
      recipientLookup: new RecipientLookup(db, queue, now),
    };
    this.#operations = new Operations({ ...shared, alarm: this.#alarm });
    const inbox: InboxWriter = (message) => insertInboxMessage(db, message);
    const providers: SendsDeps['providers'] = (channel, merchant) =>
      this.providersFor(this.#config, channel, merchant.mode, inbox);
    const optedOut: SendsDeps['suppressOptedOut'] = ({ merchantId }, target, at) =>
      suppressOptedOut(env.DB, merchantId, target, at);
    this.#sends = new Sends({
      ...shared,
      operations: this.#operations,
      alarm: this.#alarm,
      providers,
      suppressOptedOut: optedOut,
    });
    this.#settling = new Reconciler({ ...shared, sends: this.#sends, operations: this.#operations });
    void ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.load();
      // What an earlier life was doing is looked after at once, not only when somebody asks.
      if (this.#journal.abandonRunning(now())) this.#alarm.ringBy(now());
    });
  }

  /** Keeps a new Paylink, in D1 or not at all. A create key that exists already gives the Paylink it named, or is refused. */
  async create({ paylink, parentId, key }: CreateCommand): Promise<CreateReply> {
    const { lineItems, events, deliveryLogs, orders, ...head } = paylink;
    const end = await this.#creates.insert({ head, lineItems, events, deliveryLogs, orders, key });
    if (end === 'failed') {
      return {
        kind: 'refused',
        refusal: refusal('unavailable', 'The Paylink could not be stored. Try again.', { retryAfterSeconds: 1 }),
      };
    }
    if (end === 'inserted') {
      this.#cache.introduce(created(paylink, parentId));
      return { kind: 'created' };
    }
    const db = this.env.DB;
    const existing = key ? await findByCreateKey(db, paylink.merchantId, key.key) : await loadPaylink(db, paylink.id);
    if (!existing) throw new Error('a create was neither inserted nor found');
    if (key && existing.createFingerprint !== key.fingerprint) {
      return {
        kind: 'refused',
        refusal: refusal('idempotency_key_reuse', 'This Idempotency-Key was used for another Paylink.'),
      };
    }
    return { kind: 'found', paylink: existing.paylink, replayed: existing.paylink.id !== paylink.id };
  }

  /** Wakes the Queue's consumer for new deliveries to merchants' endpoints; nobody waits for that. */
  #announced(deliveryIds: string[]): void {
    if (deliveryIds.length > 0) this.ctx.waitUntil(enqueue(this.env.EVENTS, deliveryIds));
  }

  /** Sends a Paylink, once for each operation id and each key. */
  send(command: SendCommand): Promise<SendReply> {
    return this.#sends.send(command);
  }

  /** Any other change. `callerId` null: the gateway itself (a sweep, a provider's callback), which may act on any Paylink. */
  async change(paylinkId: string, callerId: string | null, command: ChangeCommand): Promise<ChangeReply> {
    const entry = await this.#cache.get(paylinkId, (loaded) => this.#sends.recover(loaded));
    const foreign =
      entry && callerId !== null
        ? refusalFor(callerId, { merchantId: entry.paylink.merchantId, parentId: entry.parentId })
        : null;
    if (!entry || foreign) return { kind: 'refused', refusal: notFound };
    const now = this.clock();
    const applied = applyChange(entry.paylink, command, now);
    if (applied.kind === 'refused') return applied;
    const changed = applied.kind === 'changed';
    if (command.kind === 'erase') this.#journal.forgetAnswers(paylinkId);
    if (changed) {
      this.#cache.commit(entry, applied.paylink, now, { lineItems: applied.lineItems === true });
      if (command.kind === 'delivery') this.#operations.afterDeliveryEvent(entry);
    }
    const { paylink } = entry;
    await this.#cache.project(entry);
    return { kind: 'done', paylink, changed };
  }

  /** Looks after everything that is due, then sets itself for what comes next. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    const now = this.clock();
    const work = [
      this.#settling.lookAfterDue(now),
      this.#cache.projectDue(now, (loaded) => this.#sends.recover(loaded)),
    ];
    const failed = (await Promise.allSettled(work)).filter((end) => end.status === 'rejected');
    for (const { reason } of failed) log('error', 'alarm_failed', { error: String(reason) });
    // An alarm that throws is dropped after its last retry, so this one never throws: it comes back, sooner when all went well.
    const next = this.#journal.nextDue();
    if (next !== null) this.#alarm.ringBy(Math.max(next, this.clock() + (failed.length > 0 ? 15_000 : 1_000)));
  }
}
