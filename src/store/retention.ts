/** How long what is kept, ms. The table in docs/operations.md says the same; paylinks, their parts and settings are not deleted. */
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A completed keyed operation answers for its key. */
export const OPERATION_MS = 7 * DAY;
/** The exact first answer of a keyed send: its own day (UTC) and the next, then its table is dropped whole. */
export const ANSWER_DAYS = 2;
/** An ended operation stays with its Paylink's changes, for whoever repeats its claim or its report. */
export const ENDED_OPERATION_MS = MINUTE;
/** Reports of providers that nobody can place, and what suppressed. */
export const PROVIDER_EVENT_MS = 7 * DAY;
/** Deliveries to merchants' endpoints, and their attempts. */
export const WEBHOOK_MS = 30 * DAY;
/** Captured messages hold recipients. */
export const INBOX_MS = 7 * DAY;
/** Captured messages of one merchant. */
export const INBOX_MESSAGES = 500;
/** Hours in which a merchant was over its quota. */
export const OVER_QUOTA_MS = 7 * DAY;
