import { refusal } from '../../errors.ts';
import { Paylink } from '../../model/paylink.ts';
import { coordinatorOf, newIdAt } from '../../paylink-id.ts';
import type { ChangeCommand } from '../domain/change.ts';
import { keyOfCaller, matchOperation } from '../domain/idempotency.ts';
import type { Operation } from '../domain/operation.ts';
import type { Journal } from './journal.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { ChangeReply } from './rpc.ts';

const keyReuse = refusal('idempotency_key_reuse', 'This Idempotency-Key was used for another operation.');
const stillRunning = refusal('idempotency_in_progress', 'The same request is still being processed.', {
  retryAfterSeconds: 1,
});

/** A change's key as it is kept. @param callerId null: the gateway itself, which has no keys */
function keyOf({ paylink }: CachedPaylink, callerId: string | null, command: ChangeCommand) {
  const keyed = 'idempotency' in command ? command.idempotency : undefined;
  return keyed && callerId !== null
    ? { ...keyed, key: keyOfCaller(keyed.key, callerId, paylink.merchantId) }
    : undefined;
}

/** Changes with an idempotency key: the answer of each is kept beside those of sends, so that one key names one operation of a Paylink. */
export class KeyedChanges {
  readonly #journal: Journal;
  readonly #now: () => number;

  constructor(journal: Journal, now: () => number) {
    this.#journal = journal;
    this.#now = now;
  }

  /** The answer to a change that repeats another, or that has another's key; null when it is new. */
  repeated(entry: CachedPaylink, callerId: string | null, command: ChangeCommand): ChangeReply | null {
    const { paylink } = entry;
    const keyed = keyOf(entry, callerId, command);
    const existing = keyed ? this.#journal.operationOf(paylink.id, keyed.key) : null;
    if (!keyed || !existing) return null;
    switch (matchOperation(existing, keyed.fingerprint)) {
      case 'new':
        return null;
      case 'reuse':
        return { kind: 'refused', refusal: keyReuse };
      case 'wait':
        return { kind: 'refused', refusal: stillRunning };
      case 'replay':
      case 'present': {
        const first = existing.outcome === null ? paylink : Paylink.parse(JSON.parse(existing.outcome));
        return { kind: 'done', paylink: first, changed: false, replayed: true };
      }
    }
  }

  /** Keeps the answer of a change, durable with the change itself when called in its turn. */
  record(entry: CachedPaylink, callerId: string | null, command: ChangeCommand): void {
    const { paylink } = entry;
    const keyed = keyOf(entry, callerId, command);
    if (!keyed) return;
    const now = this.#now();
    const operation: Operation = {
      id: newIdAt(now, coordinatorOf(paylink.id)),
      paylinkId: paylink.id,
      ...keyed,
      state: 'done',
      createdBy: 'API Key',
      createdAt: now,
      endedAt: now,
      dueAt: now,
      tries: 0,
      outcome: JSON.stringify(paylink),
    };
    this.#journal.keepAnswer(operation, keyed.key);
  }

  /** A cancel, whose answer is kept once it is that it is cancelled. */
  async cancel(
    entry: CachedPaylink,
    callerId: string | null,
    command: ChangeCommand,
    cancel: () => Promise<ChangeReply>,
  ): Promise<ChangeReply> {
    const repeated = this.repeated(entry, callerId, command);
    if (repeated) return repeated;
    const reply = await cancel();
    // The same cancel may have come twice, and the other have been first.
    if (reply.kind === 'done' && !this.repeated(entry, callerId, command)) this.record(entry, callerId, command);
    return reply;
  }
}
