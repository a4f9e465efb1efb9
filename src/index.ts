import app from './app.ts';
import { runSweeps } from './entry/sweeps.ts';
import type { Bindings } from './env.ts';

export { MerchantGate } from './admission/gate.ts';
export { PaylinkCoordinator } from './paylinks/coordinator.ts';

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => runSweeps(env, controller.scheduledTime),
} satisfies ExportedHandler<Bindings>;
