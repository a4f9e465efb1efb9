// The seeding Worker: the gateway itself, played on a moved clock. Only src/local/life/open-data.ts starts it, before `wrangler dev`; the
// deployed Worker's entry is src/index.ts, which knows nothing of it.
import { errorMessage } from '../../lib/error-message.ts';
import { collected, shopServer } from './deliveries.ts';
import { stopClock } from './moved-world.ts';
import { playMoment } from './play.ts';
import type { SeedingBindings } from './requests.ts';

export { SeedingCoordinator as PaylinkCoordinator, SeedingGate as MerchantGate } from './objects.ts';

export default {
  /** `/{number}` plays a moment: 204, or 404 when there is none. */
  async fetch(request, env, invocation) {
    stopClock();
    globalThis.fetch = shopServer;
    try {
      const number = Number(new URL(request.url).pathname.slice(1));
      const played = await playMoment({ env: { ...env, EVENTS: collected }, invocation }, number);
      return new Response(null, { status: played ? 204 : 404 });
    } catch (error) {
      return new Response(errorMessage(error), { status: 500 });
    }
  },
} satisfies ExportedHandler<SeedingBindings>;
