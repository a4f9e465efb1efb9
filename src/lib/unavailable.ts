import { isObjectFault } from './durable-object-call.ts';

/** D1's own errors begin so (D1, "Errors"). */
const D1_ERROR = /^D1_\w*ERROR/;

/** A fault of D1 or of an object, not of this code: a later try may succeed, so it is a 503 and not a 500. */
export const isUnavailable = (error: unknown): boolean =>
  isObjectFault(error) || (error instanceof Error && D1_ERROR.test(error.message));
