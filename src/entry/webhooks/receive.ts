import type { Context } from 'hono';
import { refusal } from '../../errors.ts';
import { log } from '../../log.ts';
import { recordOpt } from '../../paylinks/opt.ts';
import { receiveNews } from '../../paylinks/provider-news.ts';
import type { ReportingProvider } from '../../store/provider-events.ts';
import type { AppEnv } from '../app-env.ts';
import { problem } from '../problem.ts';
import type { Report } from './report.ts';
import type { Opt } from './twilio-events.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** One answer for every cause: no secret configured, no signature, a wrong or an old one. */
export const notSigned = (c: Context<AppEnv>): Response =>
  problem(c, refusal('unauthenticated', 'The signature is missing or not valid.'));

export const unreadable = (c: Context<AppEnv>): Response =>
  problem(c, refusal('invalid_request', 'The body is signed but cannot be read.'));

/** The body as JSON; undefined when it is none. */
export function jsonBody(c: Context<AppEnv>): unknown {
  try {
    return JSON.parse(decoder.decode(c.get('body')));
  } catch {
    return undefined;
  }
}

/** Makes what a signed request reports durable; it is applied after the answer, which a provider may wait for only 2 s (Telnyx). */
export async function take(
  c: Context<AppEnv>,
  provider: ReportingProvider,
  report: Report & { opt?: Opt | null },
): Promise<void> {
  const { events, ignored, opt } = report;
  const config = c.get('config');
  const now = c.get('now');
  if (opt) await recordOpt(c.env, config, { provider, ...opt }, now);
  const { fresh, apply } = await receiveNews(c.env, config, events, now);
  if (fresh > 0) c.executionCtx.waitUntil(apply());
  const counts = { events: events.length, fresh, opt: opt?.kind ?? null, ignored: ignored.length };
  log('info', 'provider_events', { requestId: c.get('requestId'), provider, ...counts });
  for (const type of new Set(ignored)) {
    const count = ignored.filter((one) => one === type).length;
    log('info', 'provider_event_ignored', { provider, type, count });
  }
}
