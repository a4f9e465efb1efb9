/**
 * The time that a send has, counted from the beginning of its invocation, which the platform ends after 30 s (design, "The budget").
 * The Worker counts on its own clock, a coordinator on its own: between them only durations are told.
 */

/** A claim is answered within this, ms, or given up. */
export const CLAIM_MS = 3_000;
/** A call begins only within this after its claim or report was sent, ms: a grant is a lease. */
export const LEASE_MS = 3_000;
/** Of several mutations one whose turn comes after this claims nothing, ms. */
export const LAST_CLAIM_MS = 14_000;
/** Provider calls end by then, ms. */
export const CALLS_END_MS = 17_000;
/** What a further call needs, ms. */
export const NEXT_CALL_MS = 3_000;
/** The answer is out by then, ms. */
export const ANSWER_MS = 20_000;
/** Reports go on until then, ms. */
export const REPORTS_END_MS = 29_000;
/** How long an un-keyed repeat waits for the send that it repeats, ms. */
export const UNKEYED_WAIT_MS = 15_000;
