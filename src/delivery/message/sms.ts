import type { MessageContent } from '../port.ts';
import { money, plainMoney } from './format.ts';
import { fitted, septets, toGsm7 } from './gsm7.ts';
import { fill, languageOf } from './locales/language.ts';
import { nameLine, oneLine, withoutLinks } from './sanitize.ts';

/** Septets of one GSM-7 segment: a message of one segment is billed once and arrives whole. */
const SEGMENT = 160;
/** A name is shortened to no fewer septets than this; else it is left out. */
const MIN_NAME = 6;

/**
 * The SMS: who asks, how much is due, what was paid, the link (always whole), and how to opt out. What does not fit is shortened or left
 * out in that order: the name, what was paid, the amount. Only a link that leaves no room, which no short link is, makes it longer
 * than one segment.
 */
export function composeSms(content: MessageContent): string {
  const { words, locale } = languageOf(content.locale);
  const amountOf = (minor: number) => smsMoney(minor, content.currencyCode, locale);
  const due = amountOf(content.amountDue);
  const amounts = [due];
  if (content.amountPaid > 0) amounts.unshift(fill(words.smsPart, { amount: due, paid: amountOf(content.amountPaid) }));
  const tail = `${content.shortLink}${words.smsStop}`;
  const room = SEGMENT - lengthOf(tail);

  const name = nameOf(content.merchant.name);
  const named = (amount: string): string[] => {
    const nameRoom = room - lengthOf(fill(words.sms, { merchant: '', amount }));
    const merchant = name.length <= nameRoom || nameRoom >= MIN_NAME ? fitted(name, nameRoom) : '';
    return merchant === '' ? [] : [fill(words.sms, { merchant, amount })];
  };
  const openings = [
    ...amounts.flatMap((amount) => [...named(amount), fill(words.smsNameless, { amount })]),
    fill(words.smsShort, { amount: due }),
    words.smsBare,
    words.smsLink,
  ];
  return `${openings.find((opening) => lengthOf(opening) <= room) ?? ''}${tail}`;
}

/** '' when the name cannot be written in GSM letters: half a name is worse than none. */
function nameOf(name: string): string {
  const { text: written, lost } = toGsm7(nameLine(name, 80));
  // Once more: GSM writes some signs as stops and slashes.
  const text = withoutLinks(written);
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters === 0 || (lost && letters < 3) ? '' : text;
}

function smsMoney(minor: number, currencyCode: string, locale: string): string {
  const { text, lost } = toGsm7(oneLine(money(minor, currencyCode, locale), 60));
  return lost || !/\d/.test(text) ? plainMoney(minor, currencyCode) : text;
}

/** Septets of a text. A link's characters that GSM lacks (a backtick) count as two. */
const lengthOf = (text: string) => septets(text) ?? text.length * 2;
