import { type CountryCode, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import { phoneMetadata } from './phone-metadata.ts';

/** Whether this is a country (ISO 3166-1 alpha-2) whose numbers can be read. */
export const isCountry = (text: string): text is CountryCode => Object.hasOwn(phoneMetadata.countries, text);

/** A phone number, read as `country`'s when it is national; undefined when it is none. It can be asked anything but how it is displayed. */
export const parsePhone = (text: string, country?: CountryCode): PhoneNumber | undefined =>
  country === undefined
    ? parsePhoneNumberFromString(text, phoneMetadata)
    : parsePhoneNumberFromString(text, country, phoneMetadata);
