import { DAY_MS, MINUTE_MS } from '../lib/durations.ts';

// How long what is kept, ms. The table in docs/operations.md says the same; Paylinks, their parts and settings are not deleted.

/** A completed keyed operation answers for its key. */
export const OPERATION_MS = 7 * DAY_MS;
/** The exact first answer of a keyed send: its own day (UTC) and the next, then its table is dropped whole. */
export const ANSWER_DAYS = 2;
/** An ended operation stays with its Paylink's changes, for whoever repeats its claim or its report. */
export const ENDED_OPERATION_MS = MINUTE_MS;
/** Reports of providers that nobody can place, and what suppressed. */
export const PROVIDER_EVENT_MS = 7 * DAY_MS;
/** Deliveries to merchants' endpoints, and their attempts. */
export const WEBHOOK_MS = 30 * DAY_MS;
/** Captured messages hold recipients. */
export const INBOX_MS = 7 * DAY_MS;
/** Captured messages of one merchant. */
export const INBOX_MESSAGES = 500;
/** Hours in which a merchant was over its quota. */
export const OVER_QUOTA_MS = 7 * DAY_MS;
