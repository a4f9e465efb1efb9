type Mark = 'retryable' | 'overloaded' | 'remote' | 'durableObjectReset';

/** The marks that the runtime sets on what a call to a Durable Object threw (Durable Objects, error handling). */
const isMarked = (error: unknown, mark: Mark): boolean =>
  typeof error === 'object' && error !== null && Reflect.get(error, mark) === true;

/** Too much is waiting for the object: more calls make it worse. */
export const isOverloaded = (error: unknown): boolean => isMarked(error, 'overloaded');

/** The object, or the way to it, was lost: a call on a new stub may succeed. An object that was reset has a mark of its own. */
export const isRetryable = (error: unknown): boolean =>
  (isMarked(error, 'retryable') || isMarked(error, 'durableObjectReset')) && !isOverloaded(error);

/** The object runs another release that does not have this method. */
export const isUnknownMethod = (error: unknown): boolean =>
  error instanceof TypeError && error.message.includes('does not implement the method');

/** Did a call to an object fail, on the way or inside it? */
export const isObjectFault = (error: unknown): boolean =>
  isOverloaded(error) || isRetryable(error) || isMarked(error, 'remote');

/**
 * Calls an object; once more when it was lost on the way, never when it is overloaded. `call`, told whether it is made `again`, gets
 * itself a new stub each time, as one that has failed stays so, and must be safe to repeat.
 */
export async function callObject<T>(call: (again: boolean) => Promise<T>): Promise<T> {
  try {
    return await call(false);
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return await call(true);
  }
}
