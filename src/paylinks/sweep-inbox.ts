import type { Bindings, Config } from '../env.ts';
import { forgetInboxMessages } from '../store/inbox.ts';

/** Captured messages are kept 30 days, ms. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

/** Forgets what the inbox has kept long enough: it holds whole messages, with their recipients. */
export const sweepInbox = (env: Bindings, _config: Config, now: number): Promise<void> =>
  forgetInboxMessages(env.DB, now - keptMs, 1_000);
