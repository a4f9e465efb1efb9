import type { MessageContent } from '../port.ts';
import { moment, money } from './format.ts';
import { lines, nameLine, oneLine, safeUrl } from './sanitize.ts';

/** The email's content, cleaned and formatted but not escaped. Both the HTML and the plain text are made from it. */
export type Summary = {
  merchant: string;
  logoUrl: string | null;
  supportEmail: string | null;
  greeting: string;
  subject: string;
  total: string;
  description: string | null;
  memo: string[];
  items: { name: string; detail: string; amount: string }[];
  sums: { label: string; amount: string }[];
  expires: string;
};

/** Line items that are listed: mail clients cut off an email of more than about 100 KB. */
const MAX_ITEMS = 40;

/** @param content as merchant and customer typed it */
export function summarize(content: MessageContent): Summary {
  const { currencyCode, locale, shipping, tax } = content;
  const amounts = new Map<number, string>();
  // An item, the subtotal and the total are often the same amount, and Intl is most of a message's cost.
  const amount = (minor: number) => {
    const written = amounts.get(minor) ?? oneLine(money(minor, currencyCode, locale), 60);
    amounts.set(minor, written);
    return written;
  };
  const merchant = nameLine(content.merchant.name, 80) || 'Your merchant';
  const firstName = nameLine(content.customerFirstName ?? '', 60);
  const total = amount(content.total);
  const description = oneLine(content.description ?? '', 255);
  const sums = [
    { label: 'Subtotal', amount: amount(content.subTotal) },
    ...(shipping === null ? [] : [{ label: 'Shipping', amount: amount(shipping) }]),
    ...(tax === null ? [] : [{ label: 'Tax', amount: amount(tax) }]),
  ];
  return {
    merchant,
    logoUrl: safeUrl(content.merchant.logoUrl),
    supportEmail: oneLine(content.merchant.supportEmail ?? '', 254) || null,
    greeting: firstName === '' ? 'Hello,' : `Hello ${firstName},`,
    subject: `${merchant}: payment request for ${total}`,
    total,
    description: description === '' ? null : description,
    memo: lines(content.memo ?? '', 255),
    items: itemsOf(content, amount),
    // A subtotal alone would only repeat the total.
    sums: sums.length > 1 ? sums : [],
    expires: oneLine(moment(content.expiration, locale), 100),
  };
}

function itemsOf({ lineItems }: MessageContent, amount: (minor: number) => string): Summary['items'] {
  const sum = (item: MessageContent['lineItems'][number]) => item.price * item.quantity + (item.tax ?? 0);
  const shown = lineItems.length > MAX_ITEMS ? lineItems.slice(0, MAX_ITEMS - 1) : lineItems;
  const items = shown.map((item) => ({
    name: oneLine(item.description ?? '', 120) || oneLine(item.sku ?? '', 120) || 'Item',
    detail: `${item.quantity} × ${amount(item.price)}${item.tax ? ` + ${amount(item.tax)} tax` : ''}`,
    amount: amount(sum(item)),
  }));
  const rest = lineItems.slice(shown.length);
  if (rest.length === 0) return items;
  return [
    ...items,
    { name: `${rest.length} more items`, detail: '', amount: amount(rest.reduce((all, item) => all + sum(item), 0)) },
  ];
}
