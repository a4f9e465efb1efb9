import type { Merchant } from '../../../model/merchant.ts';
import type { FormFields } from '../form-fields.ts';

/** The settings that the form shows, as texts; a box that is ticked is `yes`. */
export const settingNames = [
  'name',
  'brandColor',
  'logoUrl',
  'supportEmail',
  'locale',
  'timeZone',
  'country',
  'smsCountries',
  'checkoutUrlTemplate',
  'paylinkSendCap',
  'recipientSendCap',
  'unkeyedWindow',
] as const;
export type SettingsDraft = { [name in (typeof settingNames)[number]]: string } & { consentByContract: boolean };

/** The settings as they are stored. */
export const draftOf = (merchant: Merchant): SettingsDraft => ({
  name: merchant.name,
  brandColor: merchant.brandColor ?? '',
  logoUrl: merchant.logoUrl ?? '',
  supportEmail: merchant.supportEmail ?? '',
  locale: merchant.locale,
  timeZone: merchant.timeZone ?? '',
  country: merchant.country,
  smsCountries: merchant.smsCountries.join(', '),
  checkoutUrlTemplate: merchant.checkoutUrlTemplate ?? '',
  paylinkSendCap: String(merchant.paylinkSendCap),
  recipientSendCap: String(merchant.recipientSendCap),
  unkeyedWindow: String(merchant.unkeyedWindowMs / 1000),
  consentByContract: merchant.consentByContract,
});

/** The settings as they were typed. */
export const draftFrom = (form: FormFields): SettingsDraft => {
  const text = (name: string) => form.text(name) ?? '';
  return {
    name: text('name'),
    brandColor: text('brandColor'),
    logoUrl: text('logoUrl'),
    supportEmail: text('supportEmail'),
    locale: text('locale'),
    timeZone: text('timeZone'),
    country: text('country'),
    smsCountries: text('smsCountries'),
    checkoutUrlTemplate: text('checkoutUrlTemplate'),
    paylinkSendCap: text('paylinkSendCap'),
    recipientSendCap: text('recipientSendCap'),
    unkeyedWindow: text('unkeyedWindow'),
    consentByContract: form.isOn('consentByContract'),
  };
};

/** Not a number stays text, so that the API's rule says what is wrong with it. */
const number = (text: string): number | string => (/^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : text);

/** The body that `PATCH /settings` would be sent. */
export function bodyOf(draft: SettingsDraft): object {
  const { unkeyedWindow, smsCountries, paylinkSendCap, recipientSendCap, name, locale, country, ...rest } = draft;
  const { consentByContract, ...texts } = rest;
  const window = number(unkeyedWindow);
  return {
    name,
    locale,
    country,
    ...Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, value === '' ? null : value])),
    smsCountries: smsCountries.split(/[\s,;]+/).filter((code) => code !== ''),
    paylinkSendCap: number(paylinkSendCap),
    recipientSendCap: number(recipientSendCap),
    unkeyedWindowMs: typeof window === 'number' ? Math.round(window * 1000) : window,
    consentByContract,
  };
}
