import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json';
import metadata from 'libphonenumber-js/metadata.min.json';
import * as library from 'libphonenumber-js/min';
import { describe, expect, it } from 'vitest';
import { isCountry, parsePhone } from '../../src/paylinks/recipients/recipient.ts';

/** How a number is written for display: the formats, the rule of the national prefix in them, and whether it may be left out. */
const display = new Set([4, 6, 9]);

/** A numbering plan (by position, see libphonenumber-js's metadata.js) that is only good for reading a number. */
const readable = (plan: unknown[]): unknown[] => {
  const kept = plan.map((part, position) => (display.has(position) ? 0 : part));
  return kept.slice(0, kept.findLastIndex((part) => part !== 0) + 1);
};

const plans = (all: Record<string, unknown[]>): string =>
  Object.entries(all)
    .map(([name, plan]) => `    ${JSON.stringify(name)}: ${JSON.stringify(readable(plan))},\n`)
    .join('');

const generated = `import type { MetadataJson } from 'libphonenumber-js/core';

// Generated from libphonenumber-js (its \`min\` metadata without how numbers are displayed) by test/node/phone-metadata.test.ts:
// after an update of the library, \`npm test -- test/node/phone-metadata.test.ts -u\` writes it anew.
export const phoneMetadata: MetadataJson = {
  version: ${metadata.version},
  country_calling_codes: ${JSON.stringify(metadata.country_calling_codes)},
  countries: {
${plans(metadata.countries)}  },
  nonGeographic: {
${plans(metadata.nonGeographic)}  },
};
`;

/** All that is ever asked of a number. */
const answers = (number: library.PhoneNumber | undefined) =>
  number && {
    number: number.number,
    country: number.country,
    callingCode: number.countryCallingCode,
    national: number.nationalNumber,
    ext: number.ext,
    possible: number.isPossible(),
    valid: number.isValid(),
    countries: number.getPossibleCountries(),
  };

function alike(text: string, country: library.CountryCode | undefined): void {
  expect(answers(parsePhone(text, country)), `${text} in ${country}`).toEqual(
    answers(library.parsePhoneNumberFromString(text, country)),
  );
}

const countries = library.getCountries();

describe('the phone metadata in the bundle', () => {
  it('is what the installed library knows, without how numbers are displayed', async () => {
    await expect(generated).toMatchFileSnapshot('../../src/paylinks/phone-metadata.ts');
  });

  it('knows the countries that the library knows', () => {
    for (const country of countries) expect(isCountry(country)).toBe(true);
    for (const other of ['', 'us', 'XX', 'UK', '001', 'constructor']) {
      expect(isCountry(other), other).toBe(false);
    }
  });

  it.each(countries)('reads the example of %s as the library does, however it is written', (country) => {
    const number = library.getExampleNumber(country, examples);
    if (!number) return;
    const written = [
      number.number,
      number.nationalNumber,
      number.formatNational(),
      number.formatInternational(),
      number.getURI(),
      `0${number.nationalNumber}`,
      `00${number.countryCallingCode}${number.nationalNumber}`,
      number.format('IDD', { fromCountry: country }),
      `${number.number}0`,
      number.number.slice(0, -1),
      `${number.formatNational()} ext. 12`,
    ];
    for (const text of written) for (const from of [country, 'US' as const, undefined]) alike(text, from);
  });

  it('reads any digits as the library does', () => {
    const codes = Object.keys({ ...metadata.country_calling_codes, ...metadata.nonGeographic });
    const digits = fc.stringMatching(/^[0-9]{1,15}$/);
    const text = fc.oneof(
      digits,
      fc.tuple(fc.constantFrom(...codes), digits).map(([code, rest]) => `+${code}${rest}`),
      fc.stringMatching(/^[+0-9() .x-]{1,20}$/),
    );
    fc.assert(fc.property(text, fc.option(fc.constantFrom(...countries), { nil: undefined }), alike), {
      numRuns: 20_000,
    });
  });
});
