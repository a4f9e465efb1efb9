import { isOverloaded, isRetryable, isUnknownMethod } from '../../lib/durable-object-call.ts';
import { log } from '../../lib/log.ts';
import { withTimeout } from '../../lib/timeout.ts';
import type { Heard } from '../ask-providers.ts';
import { CLAIM_MS, REPORTS_END_MS } from '../domain/send-budget.ts';
import type { AwaitCommand, ClaimCommand, ClaimReply, CoordinatorRpc, ReportCommand } from './rpc.ts';

/** How long is waited before a lost call is repeated: doubling, ms. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * `given_up`: no answer in time. `predecessor`: it runs the release before, which knows no claims. `repeated`: an earlier try may have
 * been granted although this one was refused.
 */
export type Claimed =
  | { kind: 'answered'; reply: ClaimReply; sentAt: number; repeated: boolean }
  | { kind: 'given_up'; overloaded: boolean }
  | { kind: 'predecessor' };

/** A Worker's side of a send: its calls to the Paylink's coordinator, each on a new stub and repeated while its answer is lost. */
export class SendClient {
  readonly #stub: () => CoordinatorRpc;
  /** When the invocation will be ended, ms. */
  readonly #until: number;

  /** @param stub makes a new stub @param beganAt when the invocation began, ms */
  constructor(stub: () => CoordinatorRpc, beganAt: number) {
    this.#stub = stub;
    this.#until = beganAt + REPORTS_END_MS;
  }

  /** Claims a send, for at most 3 s. `sentAt` is of the try that was answered: from it the lease of the grants runs. */
  async claim(command: ClaimCommand): Promise<Claimed> {
    const until = Date.now() + CLAIM_MS;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const sentAt = Date.now();
      try {
        const reply = await withTimeout(this.#stub().claim(command), until - sentAt);
        if (reply === 'late') return { kind: 'given_up', overloaded: false };
        return { kind: 'answered', reply, sentAt, repeated: pauseMs > FIRST_PAUSE_MS };
      } catch (error) {
        if (isUnknownMethod(error)) return { kind: 'predecessor' };
        const mayRepeat = isRetryable(error) || isOverloaded(error);
        if (!mayRepeat || Date.now() + pauseMs >= until) {
          log('error', 'claim_failed', { paylinkId: command.paylinkId, error: String(error) });
          return { kind: 'given_up', overloaded: isOverloaded(error) };
        }
        await scheduler.wait(pauseMs);
      }
    }
  }

  /** Gives up a claim, until that is heard. */
  async release(paylinkId: string, operationId: string): Promise<void> {
    await this.#untilHeard('release', paylinkId, (stub) => stub.release({ paylinkId, operationId }));
  }

  /** Reports a call, until that is heard; null: it was not heard in time. */
  async report(command: ReportCommand): Promise<Heard | null> {
    let sentAt = Date.now();
    const reply = await this.#untilHeard('report', command.paylinkId, (stub, at) => {
      sentAt = at;
      return stub.report(command);
    });
    return reply ? { reply, sentAt } : null;
  }

  /** Waits for another's operation. */
  async awaitOperation(command: AwaitCommand): ReturnType<CoordinatorRpc['awaitOperation']> {
    const until = Date.now() + command.waitMs;
    for (;;) {
      try {
        return await this.#stub().awaitOperation({ ...command, waitMs: Math.max(0, until - Date.now()) });
      } catch (error) {
        if (!isRetryable(error) || Date.now() >= until) throw error;
        await scheduler.wait(FIRST_PAUSE_MS);
      }
    }
  }

  async #untilHeard<T>(
    what: string,
    paylinkId: string,
    call: (stub: CoordinatorRpc, sentAt: number) => Promise<T>,
  ): Promise<T | null> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const now = Date.now();
      try {
        const reply = await withTimeout(call(this.#stub(), now), Math.max(0, this.#until - now));
        if (reply !== 'late') return reply;
      } catch (error) {
        log('warn', 'coordinator_unheard', { what, paylinkId, error: String(error) });
      }
      if (Date.now() + pauseMs >= this.#until) {
        log('error', 'coordinator_not_reached', { what, paylinkId });
        return null;
      }
      await scheduler.wait(pauseMs);
    }
  }
}
