import type { PaylinkStatus } from '../../src/model/paylink.ts';

export type Outcome = 'accepted' | 'refused' | 'unknown' | 'not_begun';
type Status = 'PENDING' | 'SENT' | 'FAILED' | 'UNKNOWN' | 'DELIVERED' | 'BOUNCED';
type Attempt = { status: Status; at: number; accepted: boolean; begun: boolean; byPerson: boolean; hasId: boolean };
type Result = 'sent' | 'pending' | 'failed';
type Operation = {
  key: string | null;
  at: number;
  endedAt: number | null;
  dueAt: number;
  state: 'running' | 'unsettled' | 'done' | 'failed' | 'released' | 'forgotten';
  /** The answer that was kept. */
  result: Result | null;
  attempts: Attempt[];
};

const LEASE_OVER = 30_000;
const rank: Record<Status, number> = { PENDING: 0, UNKNOWN: 1, FAILED: 2, SENT: 3, DELIVERED: 4, BOUNCED: 6 };
const isOpen = ({ status }: Attempt) => status === 'PENDING' || status === 'UNKNOWN';

/** What a coordinator promises, for one Paylink sent by email through two providers, in the fewest words. */
export class CoordinatorModel {
  status: PaylinkStatus = 'CREATED';
  now = 0;
  paid = 0;
  payments = 0;
  /** Whether somebody was told that the Paylink is canceled. */
  toldCanceled = false;
  /** Cancels that wait for their answer. */
  waiting = 0;
  readonly operations: Operation[] = [];
  /** In the order of their grants. */
  readonly attempts: Attempt[] = [];
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  isActive(): boolean {
    return ['CREATED', 'SENT', 'OPENED', 'PARTIALLY_PAID', 'FAILED'].includes(this.status);
  }

  isQuiet(): boolean {
    return !this.attempts.some(({ status, at }) => status === 'PENDING' && at > this.now - LEASE_OVER);
  }

  claim(key: string | null): string {
    const same = this.operations.findLast(
      (one) => one.key === key && ['running', 'unsettled', 'done'].includes(one.state),
    );
    if (same && (key !== null || this.#isWithinWindow(same))) {
      return same.state === 'running' ? 'running' : `${this.#resultOf(same)} replayed`;
    }
    if (!this.isActive()) return 'not_active';
    const operation: Operation = {
      key,
      at: this.now,
      endedAt: null,
      dueAt: this.now + LEASE_OVER,
      state: 'running',
      result: null,
      attempts: [],
    };
    this.operations.push(operation);
    this.#grant(operation);
    return 'granted';
  }

  claimAgain(operation: Operation): string {
    if (operation.state === 'released') return 'unavailable';
    if (operation.state !== 'running') return this.#resultOf(operation);
    if (this.isActive()) return 'granted';
    this.#giveUp(operation);
    return 'not_active';
  }

  report(operation: Operation, attempt: Attempt, outcome: Outcome): string {
    const before = attempt.status;
    this.#record(attempt, outcome);
    const changed = attempt.status !== before;
    if (operation.state === 'forgotten') {
      if (changed) this.#delivered();
      return 'recorded';
    }
    if (operation.state !== 'running') {
      if (changed) this.#conclude(operation, null);
      return this.#resultOf(operation);
    }
    if (outcome === 'refused' && attempt.status === 'FAILED' && !attempt.accepted) {
      const next = operation.attempts[operation.attempts.indexOf(attempt) + 1];
      if (next?.status === 'PENDING') {
        if (this.isActive()) return 'granted';
        this.#record(next, 'not_begun');
      } else if (!next && operation.attempts.length < 2 && this.isActive()) {
        this.#grant(operation);
        return 'granted';
      }
    }
    if (this.#sum(operation) === 'running') return 'recorded';
    this.#conclude(operation, null);
    return this.#resultOf(operation);
  }

  /** `null`: of an operation that the coordinator has never heard of. */
  release(operation: Operation | null): void {
    if (operation?.state === 'running') this.#giveUp(operation);
    if (operation) return;
    const [at, dueAt] = [this.now, this.now + LEASE_OVER];
    this.operations.push({ key: null, at, endedAt: at, dueAt, state: 'released', result: null, attempts: [] });
  }

  settle(attempt: Attempt, status: 'SENT' | 'FAILED'): string {
    if (attempt.status !== 'UNKNOWN') return attempt.byPerson && attempt.status === status ? 'done' : 'not_unknown';
    Object.assign(attempt, { status, accepted: status === 'SENT', byPerson: true });
    this.#delivered();
    this.#concludeOpen();
    return 'done';
  }

  callback(attempt: Attempt, status: 'DELIVERED' | 'BOUNCED'): void {
    const isForward = rank[status] > rank[attempt.status];
    if (!isForward && attempt.hasId) return;
    if (isForward) Object.assign(attempt, { status, begun: true });
    Object.assign(attempt, { hasId: true, accepted: true });
    this.#delivered();
    this.#concludeOpen();
  }

  alarm(): void {
    for (const operation of this.operations) {
      if (operation.dueAt > this.now) continue;
      if (operation.state === 'released') operation.state = 'forgotten';
      if (operation.state !== 'running') continue;
      for (const attempt of operation.attempts) {
        if (attempt.status === 'PENDING' && attempt.at <= this.now - LEASE_OVER) attempt.status = 'UNKNOWN';
      }
      if (this.#sum(operation) === 'running') operation.dueAt = this.now + LEASE_OVER;
      else this.#conclude(operation, null);
    }
  }

  /** What the cancel is answered; `waits`: once no call can be in flight. */
  cancel(): string {
    if (this.status === 'CANCELED' && this.toldCanceled && this.waiting === 0) return 'already_canceled';
    if (['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED'].includes(this.status)) return 'already_paid';
    this.status = 'CANCELED';
    if (!this.isQuiet()) return 'waits';
    this.toldCanceled = true;
    return 'done';
  }

  open(): void {
    if (['CREATED', 'SENT', 'OPENED'].includes(this.status)) this.status = 'OPENED';
  }

  pay(amount: number): void {
    this.payments += 1;
    this.paid += amount;
    if (this.paid >= this.#total) this.status = 'PAID';
    else if (this.status !== 'CANCELED') this.status = 'PARTIALLY_PAID';
  }

  #grant(operation: Operation): void {
    const fresh = { accepted: false, begun: true, byPerson: false, hasId: false };
    const attempt: Attempt = { status: 'PENDING', at: this.now, ...fresh };
    operation.attempts.push(attempt);
    this.attempts.push(attempt);
  }

  #record(attempt: Attempt, outcome: Outcome): void {
    const settledAsSent = attempt.byPerson && attempt.status === 'SENT';
    if (outcome === 'accepted') {
      if (rank.SENT > rank[attempt.status]) Object.assign(attempt, { status: 'SENT', begun: true });
      Object.assign(attempt, { hasId: true, accepted: true });
    } else if (outcome === 'unknown') {
      if (attempt.status === 'PENDING') attempt.status = 'UNKNOWN';
    } else if (isOpen(attempt) || (outcome === 'refused' && settledAsSent)) {
      Object.assign(attempt, { status: 'FAILED', accepted: false, begun: outcome === 'refused' });
    }
  }

  #giveUp(operation: Operation): void {
    for (const attempt of operation.attempts) this.#record(attempt, 'not_begun');
    Object.assign(operation, { state: 'released', key: null, endedAt: this.now, dueAt: this.now + LEASE_OVER });
  }

  #sum({ attempts }: Operation): 'accepted' | 'running' | 'unknown' | 'refused' {
    if (attempts.some(({ accepted }) => accepted)) return 'accepted';
    if (attempts.some(({ status }) => status === 'PENDING')) return 'running';
    return attempts.some(({ status }) => status === 'UNKNOWN') ? 'unknown' : 'refused';
  }

  #resultOf(operation: Operation): Result {
    if (operation.state !== 'unsettled' && operation.result) return operation.result;
    const sum = this.#sum(operation);
    return sum === 'accepted' ? 'sent' : sum === 'refused' ? 'failed' : 'pending';
  }

  #conclude(operation: Operation, result: Result | null): void {
    const sum = this.#sum(operation);
    if (sum === 'accepted') this.#accepted();
    else if (sum === 'refused' && operation.attempts.some(({ begun }) => begun)) this.#delivered();
    operation.endedAt ??= this.now;
    const isFree = sum === 'refused' && !operation.attempts.some(({ byPerson }) => byPerson);
    if (isFree) operation.key = null;
    operation.state = isFree ? 'failed' : sum === 'running' || sum === 'unknown' ? 'unsettled' : 'done';
    operation.result = result;
    if (operation.state !== 'unsettled') operation.result = this.#resultOf(operation);
    operation.dueAt = Number.POSITIVE_INFINITY;
  }

  #concludeOpen(): void {
    for (const operation of this.operations) if (operation.state === 'unsettled') this.#conclude(operation, null);
  }

  #isWithinWindow({ state, endedAt, at }: Operation): boolean {
    if (state === 'running') return true;
    return (endedAt ?? at) > this.now - (state === 'unsettled' ? 600_000 : 10_000);
  }

  #accepted(): void {
    if (['CREATED', 'SENT', 'OPENED', 'FAILED'].includes(this.status)) this.status = 'SENT';
  }

  #delivered(): void {
    if (!['CREATED', 'SENT', 'FAILED'].includes(this.status)) return;
    const begun = this.attempts.filter((one) => one.begun);
    const isLost = ({ status }: Attempt) => status === 'FAILED' || status === 'BOUNCED';
    if (begun.length > 0 && begun.every(isLost)) this.status = 'FAILED';
    else if (begun.some((one) => one.accepted && !isLost(one))) this.status = 'SENT';
  }
}
