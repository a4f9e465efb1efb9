import { refusal } from '../../errors.ts';
import { withTimeout } from '../../lib/timeout.ts';
import { Paylink } from '../../model/paylink.ts';
import { findByCreateKey, loadPaylink } from '../../store/paylinks.ts';
import { applyChange } from '../domain/apply-change.ts';
import type { SerialQueue } from './batcher.ts';
import { CreateBatcher, type CreateEnd } from './create-batcher.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import { created } from './pending-changes.ts';
import type { CreateCommand, CreateReply } from './rpc.ts';

/** How long a create waits for D1, ms. */
const WAIT_MS = 5_000;

const notStored = refusal('unavailable', 'The Paylink could not be stored. Try again.', { retryAfterSeconds: 1 });
const perhapsStored = refusal(
  'unavailable',
  'The Paylink is perhaps stored. Repeat the request with the same Idempotency-Key.',
  { retryAfterSeconds: 1 },
);
const keyReuse = refusal('idempotency_key_reuse', 'This Idempotency-Key was used for another Paylink.');

/** Creates: in D1 or not at all. */
export class Creates {
  readonly #db: D1Database;
  readonly #cache: PaylinkCache;
  readonly #batcher: CreateBatcher;
  readonly #now: () => number;

  constructor(
    db: D1Database,
    cache: PaylinkCache,
    queue: SerialQueue,
    announced: (deliveryIds: string[]) => void,
    now: () => number,
  ) {
    this.#db = db;
    this.#cache = cache;
    this.#batcher = new CreateBatcher(db, queue, announced);
    this.#now = now;
  }

  /** Keeps a new Paylink. A create key that exists already gives the Paylink it named, or is refused. */
  async create(asked: CreateCommand): Promise<CreateReply> {
    // A Worker of the release before may have sent it, without the columns that are new.
    const command = { ...asked, paylink: Paylink.parse(asked.paylink) };
    const { lineItems, events, deliveryLogs, orders, ...head } = command.paylink;
    const inserting = this.#batcher.insert(
      { head, lineItems, events, deliveryLogs, orders, key: command.key },
      WAIT_MS,
    );
    const end = await withTimeout(inserting, WAIT_MS);
    switch (end) {
      case 'failed':
        return { kind: 'refused', refusal: notStored };
      case 'late':
        void inserting.then((lateEnd) => this.#takenLate(command, lateEnd));
        return { kind: 'refused', refusal: perhapsStored };
      case 'inserted':
        this.#cache.introduce(created(command.paylink, command.parentId));
        return { kind: 'created' };
      case 'existing':
        return this.#existing(command);
    }
  }

  async #existing({ paylink, key }: CreateCommand): Promise<CreateReply> {
    const db = this.#db;
    const existing = key ? await findByCreateKey(db, paylink.merchantId, key.key) : await loadPaylink(db, paylink.id);
    if (!existing) throw new Error('a create was neither inserted nor found');
    if (key && existing.createFingerprint !== key.fingerprint) return { kind: 'refused', refusal: keyReuse };
    return { kind: 'found', paylink: existing.paylink, replayed: existing.paylink.id !== paylink.id };
  }

  /** Nobody knows the id of an un-keyed Paylink whose caller was told 503: it must not stay payable. */
  async #takenLate({ paylink, key }: CreateCommand, end: CreateEnd): Promise<void> {
    const entry = end === 'inserted' && !key ? await this.#cache.get(paylink.id) : null;
    if (!entry) return;
    const cancel = { kind: 'cancel', createdBy: 'System', reason: 'not_answered' } as const;
    const applied = applyChange(entry.paylink, cancel, this.#now());
    if (applied.kind !== 'changed') return;
    this.#cache.commit(entry, applied.paylink, this.#now());
    await this.#cache.project(entry);
  }
}
