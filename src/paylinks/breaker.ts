import { ProviderBreaker } from '../delivery/breaker.ts';

/** One breaker an isolate, fed by what the coordinators report back. */
export const providerBreaker = new ProviderBreaker();
