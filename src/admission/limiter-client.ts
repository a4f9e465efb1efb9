import type { Bindings, Config } from '../env.ts';
import { callObject } from '../lib/durable-object-call.ts';
import { errorMessage } from '../lib/error-message.ts';
import { withTimeout } from '../lib/timeout.ts';
import type { LimiterAnswer, LimiterRequest } from './port.ts';

/** Asks a merchant's limiter. null: it cannot be reached. */
export type AskLimiter = (merchantId: string, request: LimiterRequest) => Promise<LimiterAnswer | null>;

/** A limiter that has not answered by then counts as unreachable, ms; the first access to a distant one takes a second. */
const LIMITER_TIMEOUT_MS = 5_000;

/** No merchant has this name. */
const PROBE = 'readyz';

/** Asks whether limiters work. @throws what the runtime throws when they do not */
export const pingLimiter = async (
  env: Pick<Bindings, 'GATE'>,
  config: Pick<Config, 'LOCATION_HINT'>,
): Promise<void> => {
  await callObject(async () => await limiterStub(env.GATE, config, PROBE).ping());
};

function limiterStub(namespace: Bindings['GATE'], { LOCATION_HINT }: Pick<Config, 'LOCATION_HINT'>, name: string) {
  return namespace.get(namespace.idFromName(name), LOCATION_HINT ? { locationHint: LOCATION_HINT } : {});
}

/**
 * The limiters of this deployment, placed near the database (`LOCATION_HINT`). `onOutage` is told why one could not be reached; asking
 * never throws.
 */
export function merchantLimiters(
  namespace: Bindings['GATE'],
  config: Pick<Config, 'LOCATION_HINT'>,
  onOutage: (reason: string) => void,
): AskLimiter {
  return async (merchantId, request) => {
    try {
      const asked = callObject(async () => await limiterStub(namespace, config, merchantId).admit(request));
      const answer = await withTimeout(asked, LIMITER_TIMEOUT_MS);
      if (answer !== 'late') return answer;
      onOutage('no answer in time');
    } catch (error) {
      onOutage(errorMessage(error));
    }
    return null;
  };
}
