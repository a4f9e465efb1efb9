import { oneLine } from './message/sanitize.ts';
import type { ProviderOutcome } from './port.ts';
import type { Answer } from './provider-request.ts';

/** A provider's refusal with its own code. `recipient`: the fault is the recipient's, so no other provider is asked. */
export type Problem = {
  code: string | number;
  message?: string | null | undefined;
  recipient?: boolean;
  optedOut?: boolean;
};

/** How one provider's answers are read. Each function gets the parsed body (undefined: not JSON) and returns null when it cannot read it. */
export type Dialect = {
  accepted(body: unknown): ProviderOutcome | null;
  problem(body: unknown, status: number): Problem | null;
};

/** 4xx that do not say whether the request was taken: time-out, conflict with a request under way, "client closed". */
const UNCERTAIN_4XX = new Set([408, 409, 499]);

/**
 * 5xx with which a Cloudflare edge says that it never got through to the provider: refused, unreachable, TLS failed, certificate not
 * valid, no such host. 520, 522 and 524 may come after the provider has read the request.
 * https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const NEVER_REACHED = new Set([521, 523, 525, 526, 530]);

/**
 * What an answer proves. Definite refusals are the provider's own 4xx and an edge's word that the provider was never reached. Nothing
 * is proven by a lost answer (the runtime throws the same for a refused connection and for one that broke after the request was
 * read), any other 5xx, a redirect, or a 2xx that cannot be read.
 */
export function classifyResponse(answer: Answer, dialect: Dialect): ProviderOutcome {
  if (answer.kind === 'lost') return { kind: 'unknown', reason: answer.reason };
  const { status } = answer;
  const body = parsedJson(answer.text);
  if (status >= 200 && status < 300) {
    return dialect.accepted(body) ?? { kind: 'unknown', reason: `answered ${status} with a body that cannot be read` };
  }
  // The body is the edge's, so the provider's dialect has no say in it.
  if (NEVER_REACHED.has(status)) return refused({ code: status, message: 'the provider was not reached' });
  if (status < 400 || status >= 500 || UNCERTAIN_4XX.has(status))
    return { kind: 'unknown', reason: `answered ${status}` };
  return refused(dialect.problem(body, status) ?? { code: status });
}

/** A definite refusal. Its reason is one short line without a recipient's address or number, so that it may be logged. */
export function refused(problem: Problem): ProviderOutcome {
  const message = scrubbed(problem.message ?? '');
  return {
    kind: 'refused',
    by: problem.recipient ? 'recipient' : 'provider',
    reason: message === '' ? `${problem.code}` : `${problem.code} ${message}`,
    ...(problem.optedOut ? { optedOut: true } : {}),
  };
}

/** Removes addresses and whatever could be a phone number: providers repeat what they refuse. */
export function scrubbed(message: string): string {
  return (
    oneLine(message, 500)
      .replace(/[^\s<>"'(),;:]+(?:@|%40)[^\s<>"'(),;:]+/g, '[address]')
      .replace(/(?:\+|%2B)?\d(?:[\s().-]{0,2}\d){6,}/gi, '[number]')
      .slice(0, 160)
      // Half of a character that the cut has left.
      .replace(/\p{Cs}$/u, '')
      .trim()
  );
}

function parsedJson(text: string | null): unknown {
  if (text === null || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The outcome of asking again: it can prove that a message was taken, never that the first request was not. */
export const settled = (outcome: ProviderOutcome): ProviderOutcome =>
  outcome.kind === 'refused' ? { kind: 'unknown', reason: `asked again: ${outcome.reason}` } : outcome;

/** The caller gave a message of the other channel; nothing was sent. */
export const wrongChannel: ProviderOutcome = { kind: 'refused', by: 'provider', reason: 'wrong channel' };
