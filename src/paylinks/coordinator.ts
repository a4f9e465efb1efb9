import { DurableObject } from 'cloudflare:workers';
import type { InboxWriter } from '../delivery/port.ts';
import { providersFor } from '../delivery/providers.ts';
import type { Bindings, Config } from '../env.ts';
import { configOf } from '../env.ts';
import { notFound, refusal } from '../errors.ts';
import { nudge } from '../events/nudge.ts';
import { log } from '../log.ts';
import { insertInboxMessage } from '../store/inbox.ts';
import { findByCreateKey, loadPaylink } from '../store/paylinks.ts';
import { databaseOfPaylink } from '../store/shards.ts';
import { AlarmClock } from './alarm-clock.ts';
import { applyChange } from './apply-change.ts';
import { Book } from './book.ts';
import type { ChangeCommand } from './change-command.ts';
import { created } from './changes.ts';
import { Conclusions } from './conclusions.ts';
import type { ChangeReply, CoordinatorRpc, CreateCommand, CreateReply } from './coordinator-rpc.ts';
import { Creates } from './creates.ts';
import { mayAct } from './decide-send.ts';
import { Journal } from './journal.ts';
import type { SendCommand, SendReply } from './send-command.ts';
import { Sends, type SendsDeps } from './sends.ts';
import { Settling } from './settling.ts';
import { Standings } from './standings.ts';
import { suppressOptedOut } from './suppress.ts';
import { Turns } from './turns.ts';

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
  readonly #alarm: AlarmClock;
  readonly #journal: Journal;
  readonly #book: Book;
  readonly #creates: Creates;
  readonly #conclusions: Conclusions;
  readonly #sends: Sends;
  readonly #settling: Settling;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    this.#config = configOf(env);
    this.#journal = new Journal(ctx.storage.sql);
    this.#alarm = new AlarmClock(ctx.storage);
    const db = env.DB;
    const now = () => this.clock();
    const turns = new Turns();
    const announced = (deliveryIds: string[]) => this.#announced(deliveryIds);
    this.#book = new Book(db, this.#journal, this.#alarm, turns, announced);
    this.#creates = new Creates(db, turns, announced);
    const shared = {
      book: this.#book,
      journal: this.#journal,
      config: this.#config,
      now,
      standings: new Standings(db, turns, now),
    };
    this.#conclusions = new Conclusions({ ...shared, alarm: this.#alarm });
    const inbox: InboxWriter = (message) => insertInboxMessage(db, message);
    const providers: SendsDeps['providers'] = (channel, merchant) =>
      this.providersFor(this.#config, channel, merchant.mode, inbox);
    const optedOut: SendsDeps['suppressOptedOut'] = ({ id, merchantId }, target, at) =>
      suppressOptedOut(databaseOfPaylink(env, id), merchantId, target, at);
    this.#sends = new Sends({
      ...shared,
      conclusions: this.#conclusions,
      alarm: this.#alarm,
      providers,
      suppressOptedOut: optedOut,
    });
    this.#settling = new Settling({ ...shared, sends: this.#sends, conclusions: this.#conclusions });
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
      this.#book.introduce(created(paylink, parentId));
      return { kind: 'created' };
    }
    const db = databaseOfPaylink(this.env, paylink.id);
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
    if (deliveryIds.length > 0) this.ctx.waitUntil(nudge(this.env.EVENTS, deliveryIds));
  }

  /** Sends a Paylink, once for each operation id and each key. */
  send(command: SendCommand): Promise<SendReply> {
    return this.#sends.send(command);
  }

  /** Any other change. `callerId` null: the gateway itself (a sweep, a provider's callback), which may act on any Paylink. */
  async change(paylinkId: string, callerId: string | null, command: ChangeCommand): Promise<ChangeReply> {
    const known = await this.#book.get(paylinkId, (loaded) => this.#sends.recover(loaded));
    const foreign =
      known && callerId !== null
        ? mayAct(callerId, { merchantId: known.paylink.merchantId, parentId: known.parentId })
        : null;
    if (!known || foreign) return { kind: 'refused', refusal: notFound };
    const now = this.clock();
    const applied = applyChange(known.paylink, command, now);
    if (applied.kind === 'refused') return applied;
    const changed = applied.kind === 'changed';
    if (command.kind === 'erase') this.#journal.forgetAnswers(paylinkId);
    if (changed) {
      this.#book.commit(known, applied.paylink, now, { lineItems: applied.lineItems === true });
      if (command.kind === 'delivery') this.#conclusions.afterNews(known);
    }
    const { paylink } = known;
    await this.#book.project(known);
    return { kind: 'done', paylink, changed };
  }

  /** Looks after everything that is due, then sets itself for what comes next. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    const now = this.clock();
    const work = [
      this.#settling.lookAfterDue(now),
      this.#book.projectDue(now, (loaded) => this.#sends.recover(loaded)),
    ];
    const failed = (await Promise.allSettled(work)).filter((end) => end.status === 'rejected');
    for (const { reason } of failed) log('error', 'alarm_failed', { error: String(reason) });
    // An alarm that throws is dropped after its last retry, so this one never throws: it comes back, sooner when all went well.
    const next = this.#journal.nextDue();
    if (next !== null) this.#alarm.ringBy(Math.max(next, this.clock() + (failed.length > 0 ? 15_000 : 1_000)));
  }
}
