import type { FakeProvider } from './fake-behaviour.ts';

/** The harness puts into it when the gateway began a call, ms. */
export const begunAtHeader = 'x-begun-at';

/** One request that a fake got. */
export type FakeCall = {
  provider: FakeProvider;
  attemptId: string;
  to: string;
  from: string;
  subject: string | null;
  text: string;
  html: string | null;
  /** The first link in the text. */
  link: string | null;
  idempotencyKey: string | null;
  traceparent: string | null;
  behaviour: string;
  /** Whether the message was taken by this very request (a repeat under a key is not). */
  delivered: boolean;
  messageId: string | null;
  /** Why the request was turned down as malformed. */
  problem: string | null;
  /** Where the provider is asked to report, query included. */
  callbackUrl: string | null;
  /** When it came, ms. */
  at: number;
  /** When the gateway began it, ms, where the harness says so. */
  begunAt: number | null;
};

/** What the fakes got and took. */
export class Ledger {
  calls: FakeCall[] = [];

  reset(): void {
    this.calls = [];
  }

  /** Of all calls, or one provider's or one recipient's. */
  report(provider: string | null, to: string | null) {
    const calls = this.calls.filter(
      (call) => (provider ?? call.provider) === call.provider && (to ?? call.to) === call.to,
    );
    return {
      calls,
      count: calls.length,
      delivered: calls.filter((call) => call.delivered).length,
      malformed: calls.filter((call) => call.problem !== null).length,
    };
  }
}

export const firstLink = (text: string): string | null => text.match(/https?:\/\/\S+\/s\/\S+/)?.[0] ?? null;
