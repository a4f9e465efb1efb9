import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json';
import * as whole from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/metadata.min.json';
import * as library from 'libphonenumber-js/min';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  generatePhoneMetadata,
  phoneMetadataFile,
  phoneMetadataModule,
} from '../../src/local/generate-phone-metadata.mjs';
import { phoneMetadata } from '../../src/paylinks/recipients/phone-metadata.generated.ts';
import { countriesOfPhone, isCostlyNumber, isCountry, parsePhone } from '../../src/paylinks/recipients/recipient.ts';

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

describe('generating the phone metadata', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'paylinks-phone-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('creates the file and its folder', () => {
    const file = join(folder, 'recipients/phone.ts');
    generatePhoneMetadata(file);
    expect(readFileSync(file, 'utf8')).toBe(phoneMetadataModule());
    expect(readdirSync(join(folder, 'recipients'))).toEqual(['phone.ts']);
  });

  it('replaces the file of an older library', () => {
    const file = join(folder, 'phone.ts');
    writeFileSync(file, 'export const phoneMetadata = null;');
    generatePhoneMetadata(file);
    expect(readFileSync(file, 'utf8')).toBe(phoneMetadataModule());
  });

  it('does not touch a current file, so watchers see no change', () => {
    const file = join(folder, 'phone.ts');
    generatePhoneMetadata(file);
    const { ino } = statSync(file);
    generatePhoneMetadata(file);
    expect(statSync(file).ino).toBe(ino);
  });
});

describe('the phone metadata in the bundle', () => {
  it('is that of the installed library, without display formats', () => {
    expect(readFileSync(phoneMetadataFile, 'utf8')).toBe(phoneMetadataModule());
    expect(phoneMetadata.version).toBe(metadata.version);
    const plans = Object.values({ ...phoneMetadata.countries, ...phoneMetadata.nonGeographic });
    const formats = 4;
    expect(plans.filter((plan) => plan[formats])).toEqual([]);
  });

  it('knows the countries that the library knows', () => {
    for (const country of countries) expect(isCountry(country)).toBe(true);
    for (const other of ['', 'us', 'XX', 'UK', '001', 'constructor']) {
      expect(isCountry(other), other).toBe(false);
    }
  });

  it.each(countries)('parses the example of %s as the library does, in any format', (country) => {
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

  it('parses any digits as the library does', () => {
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

describe('numbers that cost', () => {
  const costly: (string | undefined)[] = ['PREMIUM_RATE', 'SHARED_COST', 'TOLL_FREE', 'PERSONAL_NUMBER', 'UAN'];
  const typeOf = (e164: string) => whole.parsePhoneNumberFromString(e164)?.getType();

  it('are none of the mobile examples', () => {
    const mobile = countries.flatMap((country) => library.getExampleNumber(country, examples)?.number ?? []);
    expect(mobile.length).toBeGreaterThan(200);
    expect(mobile.filter(isCostlyNumber)).toEqual([]);
  });

  it('are those that the whole library calls so, in every country', () => {
    const number = fc
      .tuple(fc.constantFrom(...countries), fc.stringMatching(/^[0-9]{5,12}$/))
      .map(([country, digits]) => `+${library.getCountryCallingCode(country)}${digits}`)
      .filter((e164) => countriesOfPhone(e164).length > 0);
    const found = new Map<string, number>();
    fc.assert(
      fc.property(number, (e164) => {
        const type = typeOf(e164);
        if (!costly.includes(type)) return;
        found.set(`${type}`, (found.get(`${type}`) ?? 0) + 1);
        expect(isCostlyNumber(e164), `${e164} is ${type}`).toBe(true);
      }),
      { numRuns: 50_000 },
    );
    expect([...found.keys()].sort()).toEqual([...costly].sort());
  });

  it('are not what the library takes for a telephone', () => {
    const number = fc
      .tuple(fc.constantFrom(...countries), fc.stringMatching(/^[0-9]{6,11}$/))
      .map(([country, digits]) => `+${library.getCountryCallingCode(country)}${digits}`);
    fc.assert(
      fc.property(number, (e164) => {
        const type = typeOf(e164);
        if (type === 'MOBILE' || type === 'FIXED_LINE' || type === 'FIXED_LINE_OR_MOBILE')
          expect(isCostlyNumber(e164), `${e164} is ${type}`).toBe(false);
      }),
      { numRuns: 50_000 },
    );
  });
});
