import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import '../../src/lib/zod-messages.ts';

it.each([
  [z.object({ a: z.boolean() }), {}, 'Is required.'],
  [z.boolean(), 'yes', 'Must be a boolean.'],
  [z.number(), 'x', 'Must be a number.'],
  [z.int(), 1.5, 'Must be a whole number.'],
  [z.array(z.string()), 'x', 'Must be a list.'],
  [z.object({}), [], 'Must be an object.'],
  [z.enum(['test', 'live']), 'x', 'Must be one of test, live.'],
  [z.literal('x'), 'y', 'Must be x.'],
  [z.string().check(z.minLength(1)), '', 'Must not be empty.'],
  [z.string().check(z.minLength(3)), 'x', 'Must be at least 3 characters.'],
  [z.string().check(z.maxLength(3)), 'long', 'Must be at most 3 characters.'],
  [z.string().check(z.length(2)), 'long', 'Must be exactly 2 characters.'],
  [z.array(z.string()).check(z.minLength(1)), [], 'Must have at least one entry.'],
  [z.array(z.string()).check(z.maxLength(1)), ['a', 'b'], 'Must have at most one entry.'],
  [z.number().check(z.minimum(5)), 4, 'Must be at least 5.'],
  [z.number().check(z.positive()), 0, 'Must be more than 0.'],
  [z.number().check(z.maximum(5)), 6, 'Must be at most 5.'],
  [z.number().check(z.multipleOf(5)), 6, 'Must be a multiple of 5.'],
  [z.email(), 'x', 'Must be an email address.'],
  [z.guid(), 'x', 'Must be a UUID.'],
  [z.string().check(z.regex(/a/)), 'x', 'Does not have the right form.'],
  [z.strictObject({}), { a: 1, b: 2 }, 'Unknown field: a, b.'],
  [z.union([z.string(), z.number()]), null, 'Is not valid.'],
  [z.number('Count it.'), 'x', 'Count it.'],
])('what is wrong with a value is said in a plain sentence: %#', (schema, value, message) => {
  expect(schema.safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
});
