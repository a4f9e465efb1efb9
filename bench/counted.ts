import type { Bindings } from '../src/env.ts';
import gateway, { PaylinkCoordinator as Coordinator, MerchantGate } from '../src/index.ts';
import { countedDatabase, TripLog } from '../test/support/trips.ts';

export { MerchantGate };

const log = new TripLog();
const counted = (env: Bindings): Bindings => ({ ...env, DB: countedDatabase(env.DB, log) });

export class PaylinkCoordinator extends Coordinator {
  constructor(state: DurableObjectState, env: Bindings) {
    super(state, counted(env));
  }
}

let bindings: Bindings | undefined;

/** The gateway over a D1 whose rows are counted, by D1's own meta; `GET /_rows` gives the counts since it was last asked. */
export default {
  async fetch(request: Request, env: Bindings, context: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname === '/_rows') {
      const rows = log.rows();
      log.trips.length = 0;
      return Response.json(rows);
    }
    bindings ??= counted(env);
    return gateway.fetch(request, bindings, context);
  },
};
