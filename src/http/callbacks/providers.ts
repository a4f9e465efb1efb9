import type { Context } from 'hono';
import type { CallbackHandler, Report } from '../../delivery/callback.ts';
import { refusal } from '../../errors.ts';
import { log } from '../../lib/log.ts';
import { receiveDeliveryEvents } from '../../paylinks/delivery-events.ts';
import { recordOptOut } from '../../paylinks/recipients/suppressions.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { problem } from '../problem.ts';
import { asksInVain, isOneTooMany, tooManyUnknown } from '../unknown-requests.ts';

const notSigned = refusal('unauthenticated', 'The signature is missing or not valid.');
const unreadable = refusal('invalid_request', 'The body is signed but cannot be read.');
const keyUnavailable = refusal('unavailable', 'The signing key could not be asked for. Try again.', {
  retryAfterSeconds: 30,
});

/** Answers `POST /webhooks/{provider}`. */
export function receiveCallback(provider: string, { read, answer }: CallbackHandler): Handle {
  return async (c) => {
    const { url, headers } = c.req.raw;
    const mayAsk = !asksInVain(c);
    const request = { url: new URL(url), headers, body: c.get('body'), now: c.get('now'), mayAsk };
    const result = await read(c.get('config'), request);
    switch (result.kind) {
      case 'not_signed':
        // Whoever signs rightly is heard, from whatever address: anyone can have a provider post to us.
        return asksInVain(c) || (await isOneTooMany(c)) ? tooManyUnknown(c) : problem(c, notSigned);
      case 'unreadable':
        return problem(c, unreadable);
      case 'key_unavailable':
        return problem(c, keyUnavailable);
      case 'report':
        await storeReport(c, provider, result.report);
        if (!answer) return c.json({ received: true });
        return c.body(answer.body, 200, { 'content-type': answer.contentType });
    }
  };
}

/** Makes a report durable before it is answered. */
async function storeReport(c: Context<AppEnv>, provider: string, report: Report): Promise<void> {
  const { events, ignored, optOut } = report;
  const config = c.get('config');
  const now = c.get('now');
  if (optOut) await recordOptOut(c.env, config, { provider, ...optOut }, now);
  const { fresh } = await receiveDeliveryEvents(c.env, config, events, now);
  const counts = { events: events.length, fresh, optOut: optOut?.kind ?? null, ignored: ignored.length };
  log('info', 'provider_events', { requestId: c.get('requestId'), provider, ...counts });
  for (const type of new Set(ignored)) {
    const count = ignored.filter((one) => one === type).length;
    log('info', 'provider_event_ignored', { provider, type, count });
  }
}
