import type { Config } from '../../env.ts';
import type { Paylink } from '../../model.ts';

/** The short link that customers get. */
export const shortLinkOf = (config: Config, paylink: Pick<Paylink, 'code'>): string =>
  `${config.PUBLIC_BASE_URL}/s/${paylink.code}`;

/** Where the short link leads: the merchant's checkout, else the hosted page. */
export const linkOf = (config: Config, paylink: Pick<Paylink, 'code' | 'checkoutUrl'>): string =>
  paylink.checkoutUrl ?? `${config.PUBLIC_BASE_URL}/p/${paylink.code}`;
