import { expect, it } from 'vitest';
import { errorMessage } from '../../src/lib/error-message.ts';

it.each([
  [new TypeError('away'), 'away'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
  [null, 'null'],
])('of %o the log gets %s', (thrown, message) => {
  expect(errorMessage(thrown)).toBe(message);
});
