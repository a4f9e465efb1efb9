import type { ProviderOutcome } from './port.ts';

/** As much of an outcome as a breaker needs. */
export type OutcomeSummary = { kind: ProviderOutcome['kind']; by?: 'provider' | 'recipient' | undefined };

/** Closed while `reopensAt` is null; otherwise open until then (ms), and then half-open. */
export type BreakerState = { faults: number; reopensAt: number | null };

export const closed: BreakerState = { faults: 0, reopensAt: null };

const FAULTS_TO_OPEN = 3;
const OPEN_MS = 30_000;
/** When a probe has reported nothing (its send used another provider), the next one is let through after this, ms. */
const PROBE_MS = 5_000;

/** A refusal of the recipient shows that the provider works. */
const isFault = ({ kind, by }: OutcomeSummary) => kind === 'unknown' || (kind === 'refused' && by !== 'recipient');

/** The state after one more outcome: three faults in a row open it, a fault while half-open opens it again, anything else closes it. */
export function afterOutcome(state: BreakerState, outcome: OutcomeSummary, now: number): BreakerState {
  if (!isFault(outcome)) return closed;
  const faults = Math.min(state.faults + 1, FAULTS_TO_OPEN);
  return faults < FAULTS_TO_OPEN ? { faults, reopensAt: null } : { faults, reopensAt: now + OPEN_MS };
}

/** Whether a call may go through now, and the state then: half-open lets one through. */
export function admitted(state: BreakerState, now: number): { through: boolean; state: BreakerState } {
  if (state.reopensAt === null) return { through: true, state };
  if (now < state.reopensAt) return { through: false, state };
  return { through: true, state: { ...state, reopensAt: now + PROBE_MS } };
}

/** The circuit breakers of one isolate, so that a provider that is down costs its time-out a few times, not every time. */
export class ProviderBreaker {
  readonly #states = new Map<string, BreakerState>();

  /** Takes an outcome into account. `now` in ms. */
  record(name: string, outcome: OutcomeSummary, now: number): void {
    this.#states.set(name, afterOutcome(this.#states.get(name) ?? closed, outcome, now));
  }

  /** The providers to skip in the send that begins now (ms); asking counts as the half-open breaker's one call. */
  open(now: number): string[] {
    const skipped: string[] = [];
    for (const [name, state] of this.#states) {
      const decision = admitted(state, now);
      this.#states.set(name, decision.state);
      if (!decision.through) skipped.push(name);
    }
    return skipped;
  }
}

/** This isolate's breaker. It learns from the outcomes of the isolate's own sends. */
export const providerBreaker = new ProviderBreaker();
