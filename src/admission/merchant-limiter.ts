import { DurableObject } from 'cloudflare:workers';
import type { Bindings } from '../env.ts';
import { LimiterStore } from './gate-ledger.ts';
import type { GateAnswer, GateRequest } from './port.ts';
import { quotaAnswer } from './quota.ts';
import { type Burst, type Decision, decide } from './sliding-window.ts';

/** The alarm sweeps at most this often, and an armed one may be this much later than needed, ms: arming costs a write. */
const SWEEP_MS = 5 * 60_000;

/**
 * One merchant's gate: how much of its quota is used and which nonces were. The rows are the truth and survive eviction; bursts and
 * alarm are kept in memory beside them, so that an admission reads nothing and writes at most one burst and one nonce, in one commit.
 */
export class MerchantGate extends DurableObject<Bindings> {
  readonly #ledger: LimiterStore;
  #bursts: readonly Burst[];
  /** When the alarm will ring, ms; null: none is armed. */
  #alarmAt: number | null = null;

  constructor(state: DurableObjectState, env: Bindings) {
    super(state, env);
    this.#ledger = new LimiterStore(state.storage);
    this.#bursts = this.#ledger.bursts();
    state.blockConcurrencyWhile(async () => {
      this.#alarmAt = await state.storage.getAlarm();
    });
  }

  /**
   * The nonce is claimed first: a replayed one counts nothing, and a limited request has burnt its own. No `await` inside, so that
   * everything an admission writes commits together and no other admission comes between.
   */
  admit({ quota, cost, nonce }: GateRequest): GateAnswer {
    const now = Date.now();
    if (nonce) {
      if (!this.#ledger.claim(nonce, now)) return { replayed: true };
      this.#wakeBy(nonce.expiresAt, now);
    }
    if (!quota) return { replayed: false, quota: null };
    const windowMs = quota.windowSeconds * 1000;
    const decision = decide(this.#bursts, { limit: quota.limit, windowMs, cost, now });
    this.#keep(decision, windowMs, now);
    return { replayed: false, quota: quotaAnswer(decision) };
  }

  #keep({ bursts, changed }: Decision, windowMs: number, now: number): void {
    if (!changed) return;
    const oldest = bursts[0]?.start;
    if (oldest !== undefined && oldest !== this.#bursts[0]?.start) this.#ledger.dropBurstsBefore(oldest);
    this.#bursts = bursts;
    const forgetAt = changed.last + windowMs;
    this.#ledger.keep(changed, forgetAt);
    this.#wakeBy(forgetAt, now);
  }

  #wakeBy(time: number, now: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= time + SWEEP_MS) return;
    this.#alarmAt = Math.max(time, now + SWEEP_MS);
    // Not awaited: the output gate holds the answer until it is durable, together with the rows.
    void this.ctx.storage.setAlarm(this.#alarmAt);
  }

  /** Forgets what has run out; an idle merchant's gate leaves nothing behind. Ringing twice, or late, does no harm. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#alarmAt = null;
    this.#bursts = this.#ledger.forget(now);
    const last = this.#ledger.lastExpiry();
    if (last === null) await this.#ledger.clear();
    else this.#wakeBy(last, now);
  }
}
