/** How large an answer grows, counted while its values are made. */
import { defaultFieldResolver, type GraphQLFieldResolver, getNullableType, isListType } from 'graphql';
import type { GraphqlContext } from './context.ts';
import { limits } from './limits.ts';

/** The bytes that a value takes in JSON at least; of a list or an object only its brackets, as its values come by themselves. */
function leastBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value).length;
  return value === null || value === undefined ? 4 : 2;
}

/** `"name":` and a comma. */
const NAME_BYTES = 4;

/** Whether the answer is larger than one may be, as far as its values were made. */
export const isTooLargeAlready = ({ answerBytes }: GraphqlContext['tally']): boolean =>
  answerBytes > limits.answerBytes;

/**
 * Resolves a field as graphql-js does. Once the answer is too large, lists are empty: they are what makes answers large. Nothing is an
 * error before the end, as one would keep later mutations from being run.
 */
export const countingResolver: GraphQLFieldResolver<unknown, GraphqlContext> = (source, args, context, info) => {
  const { tally } = context;
  if (isTooLargeAlready(tally) && isListType(getNullableType(info.returnType))) return [];
  const value: unknown = defaultFieldResolver(source, args, context, info);
  tally.answerBytes += String(info.path.key).length + NAME_BYTES + leastBytes(value);
  return value;
};
