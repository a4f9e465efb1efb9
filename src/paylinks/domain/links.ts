import type { Config } from '../../env.ts';
import type { Paylink } from '../../model/paylink.ts';

/** The short link that customers get. */
export const shortLinkOf = (config: Config, paylink: Pick<Paylink, 'code'>): string =>
  `${config.PUBLIC_BASE_URL}/s/${paylink.code}`;

/** The path at which an attachment is downloaded. */
export const filePathOf = ({ code }: Pick<Paylink, 'code'>, name: string): string =>
  `/p/${code}/files/${encodeURIComponent(name)}`;

/** Where a customer downloads an attachment. */
export const fileUrlOf = (config: Config, paylink: Pick<Paylink, 'code'>, name: string): string =>
  config.PUBLIC_BASE_URL + filePathOf(paylink, name);

/** Where a merchant's checkout has this Paylink, in the URL's normal form; null: it has no checkout. */
export const checkoutUrlOf = (template: string | null, id: string, code: string): string | null =>
  template === null ? null : hrefOf(template.replaceAll('{paylinkId}', id).replaceAll('{code}', code));

/** Where the short link leads: the merchant's checkout, else the hosted page. Older rows may hold what no header can (a line break). */
export const linkOf = (config: Config, paylink: Pick<Paylink, 'code' | 'checkoutUrl'>): string =>
  (paylink.checkoutUrl === null ? null : hrefOf(paylink.checkoutUrl)) ?? `${config.PUBLIC_BASE_URL}/p/${paylink.code}`;

/** The URL in its normal form, which is ASCII and one line; null when it is none. */
const hrefOf = (text: string): string | null => URL.parse(text)?.href ?? null;
