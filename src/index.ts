import app from './app.ts';
import { runSweeps } from './cron.ts';
import type { Bindings } from './env.ts';
import { consumeEvents } from './webhooks/consumer.ts';

export { MerchantGate } from './admission/merchant-limiter.ts';
export { PaylinkCoordinator } from './paylinks/coordinator/coordinator.ts';

export default {
  fetch: app.fetch,
  queue: (batch, env) => consumeEvents(batch, env, Date.now()),
  scheduled: (controller, env) => runSweeps(env, controller.scheduledTime),
} satisfies ExportedHandler<Bindings>;
