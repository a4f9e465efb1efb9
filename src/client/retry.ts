/** How a try ended: the answer's status, code and `Retry-After`; status null: there was no answer. */
export type Ended = { status: number | null; code: string | null; retryAfterSeconds: number | null };
/** When to try again: at most so many tries, and never later than so. */
export type RetryRules = { maxTries: number; maxWaitMs: number };

const FIRST_WAIT_MS = 250;

/** What comes again by itself: a quota that fills, a request that still runs, a gateway that is busy or has a fault. */
const passes = ({ status, code }: Ended): boolean =>
  status === null || status === 429 || status === 503 || code === 'idempotency_in_progress' || code === 'internal';

/**
 * After how many ms to try again; null: not at all. A request that changes something and has no key is never repeated: nobody knows
 * whether it was heard.
 * @param tries how many there were @param random from 0 to 1
 */
export function waitBeforeRetry(
  ended: Ended,
  { repeatable, tries, rules, random }: { repeatable: boolean; tries: number; rules: RetryRules; random: number },
): number | null {
  if (!repeatable || tries >= rules.maxTries || !passes(ended)) return null;
  const asked = ended.retryAfterSeconds === null ? null : ended.retryAfterSeconds * 1000;
  const wait = asked ?? FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + random / 2);
  return wait > rules.maxWaitMs ? null : wait;
}
