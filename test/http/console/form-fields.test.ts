import { expect, it } from 'vitest';
import { FormFields } from '../../../src/http/console/form-fields.ts';

it('a field is read without looking at the other parts, of which a form may have thousands', () => {
  let looks = 0;
  const parts = Array.from({ length: 1_000 }, (_, n): [string, string] => {
    const part: [string, string] = ['', `${n}`];
    Object.defineProperty(part, 0, {
      get: () => {
        looks += 1;
        return n % 2 === 0 ? 'even' : 'odd';
      },
    });
    return part;
  });
  const form = new FormFields(parts);
  const before = looks;
  expect([form.text('even'), form.text('odd'), form.text('none'), form.isOn('odd'), form.isOn('none')]).toEqual([
    '0',
    '1',
    null,
    true,
    false,
  ]);
  expect([form.all('even').length, form.files('odd')]).toEqual([500, []]);
  expect(looks).toBe(before);
});
