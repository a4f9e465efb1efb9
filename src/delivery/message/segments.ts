import { septets } from './gsm7.ts';

/** How an SMS travels: its alphabet, its parts, and how much of the last one is used. `perSegment` and `lastUsed` count septets or UTF-16 units. */
export type SmsSegments = { alphabet: 'GSM-7' | 'UCS-2'; parts: string[]; perSegment: number; lastUsed: number };

/** What one message holds, and each of several, which carry a header of their order (3GPP TS 23.040 §9.2.3.24.1). */
const ROOM = { 'GSM-7': { alone: 160, each: 153 }, 'UCS-2': { alone: 70, each: 67 } } as const;

/** Splits an SMS as a network does. A character of two units is never split. */
export function smsSegments(text: string): SmsSegments {
  const alphabet = septets(text) === null ? 'UCS-2' : 'GSM-7';
  const unitsOf = (character: string) => (alphabet === 'UCS-2' ? character.length : (septets(character) ?? 1));
  const characters = [...text];
  const all = characters.reduce((sum, character) => sum + unitsOf(character), 0);
  const { alone, each } = ROOM[alphabet];
  if (all <= alone) return { alphabet, parts: [text], perSegment: alone, lastUsed: all };
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const character of characters) {
    const units = unitsOf(character);
    if (used + units > each) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += character;
    used += units;
  }
  return { alphabet, parts: [...parts, part], perSegment: each, lastUsed: used };
}
