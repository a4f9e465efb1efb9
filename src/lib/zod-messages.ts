import { config } from 'zod/mini';
import type { $ZodRawIssue } from 'zod/v4/core';

const kinds: { [expected: string]: string } = {
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const formats: { [format: string]: string } = {
  email: 'an email address',
  url: 'a URL',
  guid: 'a UUID',
  uuid: 'a UUID',
  datetime: 'a time in ISO 8601',
};
const units: { [origin: string]: string } = { string: ' characters', array: ' entries' };

type Bound = { origin: string; exact?: boolean | undefined; inclusive?: boolean | undefined };

/** A bound as a sentence: `Must have at most 3 entries.` @param words for a bound that itself is allowed, and for one that is not */
function bounded({ origin, exact, inclusive }: Bound, limit: number | bigint, words: [string, string]): string {
  const how = exact ? 'exactly' : inclusive ? words[0] : words[1];
  const amount = origin === 'array' && Number(limit) === 1 ? 'one entry' : `${limit}${units[origin] ?? ''}`;
  return `Must ${origin === 'array' ? 'have' : 'be'} ${how} ${amount}.`;
}

/**
 * What is wrong with a value, in a sentence for whoever sent it: a developer, or a person with a form. zod/mini has no messages of its own:
 * without these every field would be "Invalid input". A schema's own message goes first.
 */
export function plainMessage(issue: $ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'Is required.' : `Must be ${kinds[issue.expected] ?? `a ${issue.expected}`}.`;
    case 'invalid_value':
      return `Must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty.';
      return bounded(issue, issue.minimum, ['at least', 'more than']);
    case 'too_big':
      return bounded(issue, issue.maximum, ['at most', 'less than']);
    case 'invalid_format':
      return formats[issue.format] ? `Must be ${formats[issue.format]}.` : 'Does not have the right form.';
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}.`;
    case 'unrecognized_keys':
      return `Unknown field: ${issue.keys.join(', ')}.`;
    default:
      return 'Is not valid.';
  }
}

config({ localeError: plainMessage });
