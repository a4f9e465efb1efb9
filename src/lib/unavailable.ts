import { isObjectFault } from './durable-object-call.ts';

/** D1's own errors begin so (D1, "Errors"), with or without the `cause` that the runtime adds. */
const D1_FAULT = /^D1_(EXEC_)?ERROR/;
/** What D1 says when the statement is wrong: no later try helps, so this is a bug. */
const D1_BUG = /constraint failed|syntax error|parameter bindings|too many SQL variables|SQLITE_MISMATCH|SQLITE_TOOBIG/;
/** D1 has more to do than it can: asking again at once makes it worse. */
const D1_OVERLOADED = /overloaded|queued for too long|too many requests queued/i;
/** The runtime's own faults, which it does not explain. */
const RUNTIME_FAULT = /^(internal error(; reference = |$)|Network connection lost)/;

/** A fault of D1 that is likely over in a moment: what may be repeated may be asked again, once. */
export const isPassing = (error: unknown): boolean =>
  isUnavailable(error) && !(error instanceof Error && D1_OVERLOADED.test(error.message));

/** A fault of D1, of an object or of the runtime, not of this code: a later try may succeed, so it is a 503 and not a 500. */
export function isUnavailable(error: unknown): boolean {
  if (isObjectFault(error)) return true;
  if (!(error instanceof Error)) return false;
  const { message } = error;
  return (D1_FAULT.test(message) && !D1_BUG.test(message)) || RUNTIME_FAULT.test(message);
}
