import type { Bindings, Config } from '../env.ts';
import { type GroupCall, Grouping } from '../grouping.ts';
import type { GateAnswer, GateRequest } from './gate.ts';

/** Asks a merchant's gate. null: it cannot be reached. */
export type AskGate = (merchantId: string, request: GateRequest) => Promise<GateAnswer | null>;

/** A gate that has not answered by then counts as unreachable, ms; the first access to a far one takes a second. */
const GATE_TIMEOUT_MS = 5_000;

const says = (error: unknown, property: 'retryable' | 'overloaded'): boolean =>
  error instanceof Error && Reflect.get(error, property) === true;

/** Asks once more, on a new stub, when the runtime says it may help; an overloaded object is left alone. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!says(error, 'retryable') || says(error, 'overloaded')) throw error;
    return await ask();
  }
}

/** A merchant's requests of one isolate, under load many in one call. */
const groupings = new Map<string, Grouping<GateRequest, GateAnswer>>();

async function askGrouped(
  merchantId: string,
  request: GateRequest,
  call: GroupCall<GateRequest, GateAnswer>,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<GateAnswer> {
  const grouping = groupings.get(merchantId) ?? new Grouping<GateRequest, GateAnswer>({ parallel: 2, most: 20 });
  groupings.set(merchantId, grouping);
  try {
    return await grouping.ask(request, call, waitUntil);
  } finally {
    if (grouping.isIdle) groupings.delete(merchantId);
  }
}

/**
 * The gates of this deployment, beside the database (`LOCATION_HINT`). `unreachable` is told of a gate that failed; asking never throws.
 */
export function gatesOf(
  namespace: Bindings['GATE'],
  config: Pick<Config, 'LOCATION_HINT'>,
  unreachable: (reason: string) => void,
  waitUntil: (work: Promise<unknown>) => void,
): AskGate {
  const placed = config.LOCATION_HINT ? { locationHint: config.LOCATION_HINT } : {};
  const call = async (merchantId: string, requests: GateRequest[]): Promise<GateAnswer[]> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), GATE_TIMEOUT_MS);
    });
    try {
      const id = namespace.idFromName(merchantId);
      const [only, ...others] = requests;
      const answers = asked(async () => {
        const gate = namespace.get(id, placed);
        return only && others.length === 0 ? [await gate.admit(only)] : await gate.admitEach(requests);
      });
      return await Promise.race([answers, timeout]);
    } finally {
      clearTimeout(timer);
    }
  };
  return async (merchantId, request) => {
    try {
      return await askGrouped(merchantId, request, (requests) => call(merchantId, requests), waitUntil);
    } catch (error) {
      unreachable(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
}
