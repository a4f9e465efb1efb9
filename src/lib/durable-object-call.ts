/** Flags that the runtime sets on errors of calls to a Durable Object (Durable Objects, error handling). */
const says = (error: unknown, mark: 'retryable' | 'overloaded'): boolean =>
  typeof error === 'object' && error !== null && Reflect.get(error, mark) === true;

/** Whether an object could not answer: overloaded, or lost on the way. */
export const isUnreachable = (error: unknown): boolean => says(error, 'overloaded') || says(error, 'retryable');

/**
 * Calls an object; once more when it was lost on the way, never when it is overloaded. `call`, told whether it is made `again`, gets
 * itself a new stub each time, as one that has failed stays so, and must be safe to repeat.
 */
export async function callObject<T>(call: (again: boolean) => Promise<T>): Promise<T> {
  try {
    return await call(false);
  } catch (error) {
    if (!says(error, 'retryable') || says(error, 'overloaded')) throw error;
    return await call(true);
  }
}
