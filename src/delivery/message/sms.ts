import type { MessageContent } from '../port.ts';
import { money, plainMoney } from './format.ts';
import { fitted, septets, toGsm7 } from './gsm7.ts';
import { oneLine } from './sanitize.ts';

/** One segment of GSM-7, so that a message is billed once and arrives whole. */
const segment = 160;
const stop = ' Reply STOP to opt out';
/** A shorter name would be no name. */
const shortestName = 6;

/**
 * The SMS: who asks, how much, the link (always whole), and how to opt out. What does not fit is shortened or left out in that order:
 * the name, the amount. Only a link of more than 138 septets, which no short link is, makes it longer than one segment.
 */
export function composeSms(content: MessageContent): string {
  const amount = amountOf(content);
  const named = (name: string) => `${name} requests ${amount}. Pay here: `;
  const tail = `${content.shortLink}${stop}`;
  const room = segment - lengthOf(tail);

  const name = nameOf(content.merchant.name);
  const nameRoom = room - lengthOf(named(''));
  const shortName = name.length <= nameRoom || nameRoom >= shortestName ? fitted(name, nameRoom) : '';
  const openings = [
    ...(shortName === '' ? [] : [named(shortName)]),
    `Payment request for ${amount}. Pay here: `,
    `Payment request: ${amount}. `,
    'Payment request: ',
    'Pay: ',
  ];
  return `${openings.find((opening) => lengthOf(opening) <= room) ?? ''}${tail}`;
}

/** '' when the name cannot be told in GSM letters: half a name is worse than none. */
function nameOf(name: string): string {
  const { text, lost } = toGsm7(oneLine(name, 80));
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters === 0 || (lost && letters < 3) ? '' : text;
}

function amountOf({ total, currencyCode, locale }: MessageContent): string {
  const { text, lost } = toGsm7(oneLine(money(total, currencyCode, locale), 60));
  return lost || !/\d/.test(text) ? plainMoney(total, currencyCode) : text;
}

/** A link is ASCII; what GSM lacks of it (a backtick) would cost more than a septet, so it counts as two. */
const lengthOf = (text: string) => septets(text) ?? text.length * 2;
