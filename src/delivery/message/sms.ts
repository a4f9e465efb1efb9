import type { MessageContent } from '../port.ts';
import { money, plainMoney } from './format.ts';
import { fitted, septets, toGsm7 } from './gsm7.ts';
import { nameLine, oneLine, withoutLinks } from './sanitize.ts';

/** Septets of one GSM-7 segment: a message of one segment is billed once and arrives whole. */
const SEGMENT = 160;
const stop = ' Reply STOP to opt out';
/** A name is shortened to no fewer septets than this; else it is left out. */
const MIN_NAME = 6;

/**
 * The SMS: who asks, how much, the link (always whole), and how to opt out. What does not fit is shortened or left out in that order:
 * the name, the amount. Only a link of more than 138 septets, which no short link is, makes it longer than one segment.
 */
export function composeSms(content: MessageContent): string {
  const amount = amountOf(content);
  const named = (name: string) => `${name} requests ${amount}. Pay here: `;
  const tail = `${content.shortLink}${stop}`;
  const room = SEGMENT - lengthOf(tail);

  const name = nameOf(content.merchant.name);
  const nameRoom = room - lengthOf(named(''));
  const shortName = name.length <= nameRoom || nameRoom >= MIN_NAME ? fitted(name, nameRoom) : '';
  const openings = [
    ...(shortName === '' ? [] : [named(shortName)]),
    `Payment request for ${amount}. Pay here: `,
    `Payment request: ${amount}. `,
    'Payment request: ',
    'Pay: ',
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

function amountOf({ total, currencyCode, locale }: MessageContent): string {
  const { text, lost } = toGsm7(oneLine(money(total, currencyCode, locale), 60));
  return lost || !/\d/.test(text) ? plainMoney(total, currencyCode) : text;
}

/** Septets of a text. A link's characters that GSM lacks (a backtick) count as two. */
const lengthOf = (text: string) => septets(text) ?? text.length * 2;
