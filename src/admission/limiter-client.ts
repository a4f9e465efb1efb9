import type { Bindings, Config } from '../env.ts';
import { callObject } from '../lib/durable-object-call.ts';
import { errorMessage } from '../lib/error-message.ts';
import { withTimeout } from '../lib/timeout.ts';
import type { LimiterAnswer, LimiterRequest } from './port.ts';

/** Asks a merchant's limiter. null: it cannot be reached. */
export type AskLimiter = (merchantId: string, request: LimiterRequest) => Promise<LimiterAnswer | null>;

/** A limiter that has not answered by then counts as unreachable, ms; the first access to a distant one takes a second. */
const LIMITER_TIMEOUT_MS = 5_000;

/**
 * The limiters of this deployment, placed near the database (`LOCATION_HINT`). `onOutage` is told why one could not be reached; asking
 * never throws.
 */
export function merchantLimiters(
  namespace: Bindings['GATE'],
  config: Pick<Config, 'LOCATION_HINT'>,
  onOutage: (reason: string) => void,
): AskLimiter {
  const placed = config.LOCATION_HINT ? { locationHint: config.LOCATION_HINT } : {};
  return async (merchantId, request) => {
    try {
      const id = namespace.idFromName(merchantId);
      const asked = callObject(async () => await namespace.get(id, placed).admit(request));
      const answer = await withTimeout(asked, LIMITER_TIMEOUT_MS);
      if (answer !== 'late') return answer;
      onOutage('no answer in time');
    } catch (error) {
      onOutage(errorMessage(error));
    }
    return null;
  };
}
