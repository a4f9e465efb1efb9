import { type CountryCode, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import type { Channel } from '../../model/delivery.ts';
import { costlyPatterns, phoneMetadata } from './phone-metadata.generated.ts';

/** Whether this is a country (ISO 3166-1 alpha-2) whose numbers can be read. */
export const isCountry = (text: string): text is CountryCode => Object.hasOwn(phoneMetadata.countries, text);

/** A phone number, read as `country`'s when it is national; undefined when it is none. It can be asked anything but how it is displayed. */
export const parsePhone = (text: string, country?: CountryCode): PhoneNumber | undefined =>
  country === undefined
    ? parsePhoneNumberFromString(text, phoneMetadata)
    : parsePhoneNumberFromString(text, country, phoneMetadata);

/**
 * A phone number as E.164, read as `country`'s when it is national; null when libphonenumber finds its length impossible,
 * or a +1 area code begins with 0 or 1 (NANP). Nor is it one with an extension, or with parameters (RFC 3966): `;phone-context` would
 * make another country's number of it.
 */
export function normalizePhone(phone: string, country: string): string | null {
  if (phone.includes(';')) return null;
  const number = parsePhone(phone, isCountry(country) ? country : 'US');
  if (!number?.isPossible() || number.ext) return null;
  if (number.countryCallingCode === '1' && /^[01]/.test(number.nationalNumber)) return null;
  return number.number;
}

/** The countries (ISO 3166-1 alpha-2) that an SMS to this E.164 number may go to; more than one where a shared calling code tells no more. */
export function countriesOfPhone(e164: string): string[] {
  const number = parsePhone(e164);
  if (!number) return [];
  return number.country ? [number.country] : number.getPossibleCountries();
}

/** Where telephones' numbers begin as whole numbers that cost do, so that digits too many say nothing. */
const ambiguous: ReadonlySet<string> = new Set(['CN', 'JP', 'KR', 'UY', 'VN', 'VU']);

/**
 * Whether a call or text to this E.164 number may cost more than one to a telephone: premium, shared-cost, toll-free, personal and
 * universal-access numbers. Digits too many make no other number of one: networks ignore them.
 */
export function isCostlyNumber(e164: string): boolean {
  const number = parsePhone(e164);
  return countriesOfPhone(e164).some((country) => {
    const pattern = costlyPatterns[country];
    return (
      pattern !== undefined &&
      new RegExp(`^(?:${pattern})${ambiguous.has(country) ? '' : '\\d*'}$`).test(number?.nationalNumber ?? '')
    );
  });
}

/** How recipients are compared: an email address ignores case, a phone number is E.164. */
export const normalizeRecipient = (channel: Channel, recipient: string): string =>
  channel === 'EMAIL' ? recipient.trim().toLowerCase() : recipient;

const encoder = new TextEncoder();

/**
 * What stands for a recipient where the address itself may not be kept (suppressions, caps): base64url HMAC-SHA256 under a key of
 * this gateway, as a plain hash of a phone number is guessed in seconds.
 */
export async function recipientHash(key: CryptoKey, channel: Channel, recipient: string): Promise<string> {
  const text = `${channel}:${normalizeRecipient(channel, recipient)}`;
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
  return btoa(String.fromCharCode(...mac))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
