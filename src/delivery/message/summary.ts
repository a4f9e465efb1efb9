import type { MessageContent } from '../port.ts';
import { moment, money } from './format.ts';
import { fill, type Language, languageOf } from './locales/language.ts';
import { lines, nameLine, oneLine, safeUrl } from './sanitize.ts';

type Row = { label: string; amount: string };

/** What a message and the page say, cleaned and formatted but not escaped, in one language. HTML, plain text and page are made from it. */
export type Summary = {
  language: Language;
  merchant: string;
  logoUrl: string | null;
  supportEmail: string | null;
  greeting: string;
  subject: string;
  /** Who asks, and for what. */
  asks: string;
  /** How much was paid of how much; null while nothing was. */
  received: string | null;
  /** What is asked for: the total less what was paid. */
  due: string;
  dueLabel: string;
  total: string;
  paid: string;
  description: string | null;
  memo: string[];
  items: { name: string; detail: string; amount: string }[];
  sums: Row[];
  /** The total; where a part was paid also that and what is left. */
  totals: Row[];
  expires: string;
  attachments: { name: string; url: string }[];
};

/** Line items that are listed: mail clients cut off an email of more than about 100 KB. */
const MAX_ITEMS = 40;

/** @param content as merchant and customer typed it */
export function summarize(content: MessageContent): Summary {
  const { currencyCode, shipping, tax } = content;
  const language = languageOf(content.locale);
  const { words, locale } = language;
  const amounts = new Map<number, string>();
  // An item, the subtotal and the total are often the same amount, and Intl is most of a message's cost.
  const amount = (minor: number) => {
    const written = amounts.get(minor) ?? money(minor, currencyCode, locale);
    amounts.set(minor, written);
    return written;
  };
  const merchant = nameLine(content.merchant.name, 80) || words.yourMerchant;
  const firstName = nameLine(content.customerFirstName ?? '', 60);
  const description = oneLine(content.description ?? '', 255);
  const [due, paid, total] = [amount(content.amountDue), amount(content.amountPaid), amount(content.total)];
  const isPartlyPaid = content.amountPaid > 0;
  const dueLabel = isPartlyPaid ? words.stillDue : words.amountDue;
  const sums = [
    { label: words.subtotal, amount: amount(content.subTotal) },
    ...(shipping === null ? [] : [{ label: words.shipping, amount: amount(shipping) }]),
    ...(tax === null ? [] : [{ label: words.tax, amount: amount(tax) }]),
  ];
  const left = [
    { label: words.alreadyPaid, amount: paid },
    { label: dueLabel, amount: due },
  ];
  return {
    language,
    merchant,
    logoUrl: safeUrl(content.merchant.logoUrl),
    supportEmail: oneLine(content.merchant.supportEmail ?? '', 254) || null,
    greeting: firstName === '' ? words.hello : fill(words.helloName, { name: firstName }),
    subject: plainSpaces(fill(words.subject, { merchant, amount: due })),
    asks: description === '' ? fill(words.asks, { merchant }) : fill(words.asksFor, { merchant, description }),
    received: isPartlyPaid ? fill(words.received, { merchant, paid, total }) : null,
    due,
    dueLabel,
    total,
    paid,
    description: description === '' ? null : description,
    memo: lines(content.memo ?? '', 255),
    items: itemsOf(content, language, amount),
    // A subtotal alone would only repeat the total.
    sums: sums.length > 1 ? sums : [],
    totals: [{ label: words.total, amount: total }, ...(isPartlyPaid ? left : [])],
    attachments: content.attachments.map(({ name, url }) => ({ name: oneLine(name, 100), url })),
    expires: oneLine(moment(content.expiration, locale, content.timeZone), 100),
  };
}

/** Plain text without the spaces that keep an amount on one line: not every client shows them. */
export const plainSpaces = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

function itemsOf(
  { lineItems }: MessageContent,
  { words }: Language,
  amount: (minor: number) => string,
): Summary['items'] {
  const sum = (item: MessageContent['lineItems'][number]) => item.price * item.quantity + (item.tax ?? 0);
  const shown = lineItems.length > MAX_ITEMS ? lineItems.slice(0, MAX_ITEMS - 1) : lineItems;
  const items = shown.map((item) => {
    const line = `${item.quantity} × ${amount(item.price)}`;
    return {
      name: oneLine(item.description ?? '', 120) || oneLine(item.sku ?? '', 120) || words.item,
      detail: item.tax ? fill(words.plusTax, { line, tax: amount(item.tax) }) : line,
      amount: amount(sum(item)),
    };
  });
  const rest = lineItems.slice(shown.length);
  if (rest.length === 0) return items;
  const name = fill(words.moreItems, { count: `${rest.length}` });
  return [...items, { name, detail: '', amount: amount(rest.reduce((all, item) => all + sum(item), 0)) }];
}
