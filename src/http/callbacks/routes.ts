import { authenticated } from '../authenticated.ts';
import { byMethod, type Routes } from '../routing.ts';
import { payments } from './payments.ts';
import { mailchannels, resend, telnyx, twilio } from './providers.ts';

/** What providers and the merchants' checkouts tell us. */
export const webhookRoutes: Routes = {
  '/webhooks/mailchannels': byMethod({ POST: mailchannels }),
  '/webhooks/resend': byMethod({ POST: resend }),
  '/webhooks/twilio': byMethod({ POST: twilio }),
  '/webhooks/telnyx': byMethod({ POST: telnyx }),
  '/webhooks/payments': byMethod({ POST: authenticated(payments) }),
};
