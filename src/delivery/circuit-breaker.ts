import type { ProviderName, ProviderOutcome } from './port.ts';

/** As much of an outcome as a breaker needs. */
export type OutcomeSummary = { kind: ProviderOutcome['kind']; by?: 'provider' | 'recipient' | undefined };

/** Closed while `reopensAt` is null; otherwise open until then (ms), and then half-open. */
export type BreakerState = { faults: number; reopensAt: number | null };

export const closed: BreakerState = { faults: 0, reopensAt: null };

const faultsToOpen = 3;
const openMs = 30_000;
/** A probe that was let through but brought no news (its send used another provider) makes room for the next after this, ms. */
const probeMs = 5_000;

/** A refusal of the recipient shows that the provider works. */
const isFault = ({ kind, by }: OutcomeSummary) => kind === 'unknown' || (kind === 'refused' && by !== 'recipient');

/** The state after one more outcome: three faults in a row open it, a fault while half-open opens it again, anything else closes it. */
export function afterOutcome(state: BreakerState, news: OutcomeSummary, now: number): BreakerState {
  if (!isFault(news)) return closed;
  const faults = Math.min(state.faults + 1, faultsToOpen);
  return faults < faultsToOpen ? { faults, reopensAt: null } : { faults, reopensAt: now + openMs };
}

/** Whether a call may go through now, and the state then: half-open lets one through. */
export function admitted(state: BreakerState, now: number): { through: boolean; state: BreakerState } {
  if (state.reopensAt === null) return { through: true, state };
  if (now < state.reopensAt) return { through: false, state };
  return { through: true, state: { ...state, reopensAt: now + probeMs } };
}

/** The circuit breakers of one isolate, so that a provider that is down costs its deadline a few times and not every time. */
export class ProviderBreaker {
  readonly #states = new Map<ProviderName, BreakerState>();

  /** Takes an outcome into account. `now` in ms. */
  record(name: ProviderName, news: OutcomeSummary, now: number): void {
    this.#states.set(name, afterOutcome(this.#states.get(name) ?? closed, news, now));
  }

  /** The providers to skip in the send that begins now (ms); asking counts as the half-open breaker's one call. */
  open(now: number): ProviderName[] {
    const skipped: ProviderName[] = [];
    for (const [name, state] of this.#states) {
      const decision = admitted(state, now);
      this.#states.set(name, decision.state);
      if (!decision.through) skipped.push(name);
    }
    return skipped;
  }
}

/** One breaker an isolate, fed by what the coordinators report back. */
export const providerBreaker = new ProviderBreaker();
