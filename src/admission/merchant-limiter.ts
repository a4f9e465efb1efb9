import { DurableObject } from 'cloudflare:workers';
import type { Bindings } from '../env.ts';
import { LimiterStore } from './limiter-store.ts';
import type { LimiterAnswer, LimiterRequest } from './port.ts';
import { quotaAnswer } from './quota.ts';
import { type Burst, type Decision, decide } from './sliding-window.ts';

/** The alarm runs at most this often, and may be this late, ms: each `setAlarm` costs a write. */
const SWEEP_MS = 5 * 60_000;

/** Counts are written at most this often, ms: a crash may forget what came in between. */
const WRITE_MS = 1_000;

/**
 * The limiter of one merchant: how much of its quota is used, and which nonces were. Its rows survive eviction. Bursts and alarm time are
 * also held in memory, so that an admission reads no row. A nonce is durable before the answer; counts are written a second's at a time.
 */
export class MerchantGate extends DurableObject<Bindings> {
  readonly #store: LimiterStore;
  #bursts: readonly Burst[];
  /** When the alarm will run, ms; null: none is set. */
  #alarmAt: number | null = null;
  /** Bursts that are to be written, by their start, with the time when each expires (ms). */
  readonly #unwritten = new Map<number, { burst: Burst; expiresAt: number }>();

  constructor(state: DurableObjectState, env: Bindings) {
    super(state, env);
    this.#store = new LimiterStore(state.storage);
    this.#bursts = this.#store.bursts();
    state.blockConcurrencyWhile(async () => {
      this.#alarmAt = await state.storage.getAlarm();
    });
  }

  /**
   * Claims the nonce first: a replay costs nothing, and a limited request has used up its nonce. There is no `await` inside, so no other
   * admission runs in between.
   */
  admit({ quota, cost, nonce }: LimiterRequest): LimiterAnswer {
    const now = Date.now();
    if (nonce) {
      if (!this.#store.claim(nonce, now)) return { replayed: true };
      this.#setAlarmBy(nonce.expiresAt, now);
    }
    if (!quota) return { replayed: false, quota: null };
    const windowMs = quota.windowSeconds * 1000;
    const decision = decide(this.#bursts, { limit: quota.limit, windowMs, cost, now });
    this.#save(decision, windowMs, now);
    return { replayed: false, quota: quotaAnswer(decision) };
  }

  /** Whoever asks whether limiters work may name one that no merchant has: it stays without a row. */
  ping(): 'ok' {
    this.#store.bursts();
    return 'ok';
  }

  #save({ bursts, changed }: Decision, windowMs: number, now: number): void {
    if (!changed) return;
    this.#bursts = bursts;
    const expiresAt = changed.last + windowMs;
    this.#setAlarmBy(expiresAt, now);
    if (this.#unwritten.size === 0) this.ctx.waitUntil(scheduler.wait(WRITE_MS).then(() => this.write()));
    this.#unwritten.set(changed.start, { burst: changed, expiresAt });
  }

  /** Writes the counts of the last second. */
  write(): void {
    const oldest = this.#bursts[0]?.start;
    if (this.#unwritten.size === 0 || oldest === undefined) return;
    if (this.#store.bursts()[0]?.start !== oldest) this.#store.dropBurstsBefore(oldest);
    for (const { burst, expiresAt } of this.#unwritten.values()) this.#store.save(burst, expiresAt);
    this.#unwritten.clear();
  }

  #setAlarmBy(time: number, now: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= time + SWEEP_MS) return;
    this.#alarmAt = Math.max(time, now + SWEEP_MS);
    // Not awaited: the output gate holds the answer until alarm and rows are durable.
    void this.ctx.storage.setAlarm(this.#alarmAt);
  }

  /** Deletes expired rows; an idle merchant's limiter leaves nothing behind. Running twice, or late, does no harm. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#alarmAt = null;
    this.write();
    this.#bursts = this.#store.deleteExpired(now);
    const last = this.#store.lastExpiry();
    if (last === null) await this.#store.clear();
    else this.#setAlarmBy(last, now);
  }
}
