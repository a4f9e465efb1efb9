import { callbackHandlers } from '../../delivery/providers/index.ts';
import { authenticated } from '../authenticated.ts';
import { byMethod, type Routes } from '../routing.ts';
import { payments } from './payments.ts';
import { receiveCallback } from './providers.ts';

const providerRoutes = [...callbackHandlers].map(
  ([name, handler]) => [`/webhooks/${name}`, byMethod({ POST: receiveCallback(name, handler) })] as const,
);

/** Where providers and the merchants' checkouts report to us. */
export const webhookRoutes: Routes = {
  ...Object.fromEntries(providerRoutes),
  '/webhooks/payments': byMethod({ POST: authenticated(payments) }),
};
