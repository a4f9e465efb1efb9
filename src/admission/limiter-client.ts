import type { Bindings, Config } from '../env.ts';
import { callObject } from '../lib/durable-object-call.ts';
import type { GateAnswer, GateRequest } from './port.ts';

/** Asks a merchant's gate. null: it cannot be reached. */
export type AskGate = (merchantId: string, request: GateRequest) => Promise<GateAnswer | null>;

/** Ids of gates that were asked lately: naming one is a hash. */
const ids = new Map<string, DurableObjectId>();
const mostIds = 10_000;

/** A gate that has not answered by then counts as unreachable, ms; the first access to a far one takes a second. */
const GATE_TIMEOUT_MS = 5_000;

/**
 * The gates of this deployment, beside the database (`LOCATION_HINT`). `unreachable` is told of a gate that failed; asking never throws.
 */
export function gatesOf(
  namespace: Bindings['GATE'],
  config: Pick<Config, 'LOCATION_HINT'>,
  unreachable: (reason: string) => void,
): AskGate {
  const placed = config.LOCATION_HINT ? { locationHint: config.LOCATION_HINT } : {};
  return async (merchantId, request) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), GATE_TIMEOUT_MS);
    });
    try {
      const id = ids.get(merchantId) ?? namespace.idFromName(merchantId);
      if (ids.size >= mostIds) ids.clear();
      ids.set(merchantId, id);
      const answer = callObject(async () => await namespace.get(id, placed).admit(request));
      return await Promise.race([answer, timeout]);
    } catch (error) {
      unreachable(error instanceof Error ? error.message : String(error));
      return null;
    } finally {
      clearTimeout(timer);
    }
  };
}
