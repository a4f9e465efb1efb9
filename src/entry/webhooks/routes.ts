import type { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { authenticated } from '../authenticated.ts';
import { route } from '../routes.ts';
import { payments } from './payments.ts';
import { mailchannels, resend, telnyx, twilio } from './providers.ts';

/** What providers and the merchants' checkouts tell us. */
export function webhookRoutes(app: Hono<AppEnv>): void {
  route(app, '/webhooks/mailchannels', { POST: mailchannels });
  route(app, '/webhooks/resend', { POST: resend });
  route(app, '/webhooks/twilio', { POST: twilio });
  route(app, '/webhooks/telnyx', { POST: telnyx });
  route(app, '/webhooks/payments', { POST: authenticated(payments) });
}
