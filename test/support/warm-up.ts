import { env } from 'cloudflare:workers';
import { beforeAll } from 'vitest';

// Loading the objects' code takes seconds on a busy machine. The first test must not pay for it out of the gateway's own time-outs.
beforeAll(async () => {
  await env.GATE.get(env.GATE.idFromName('warm-up')).ping();
  await env.COORDINATOR.get(env.COORDINATOR.idFromName('paylinks-4095')).ping();
});
