import { LruMap } from '../../../lib/lru-map.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { pt } from './pt.ts';

export type Language = {
  words: Words;
  /** BCP 47, for `lang` and for amounts and dates: the words' own language, so that no text is half of another. */
  locale: string;
  dir: 'ltr' | 'rtl';
};

/** The languages that are whole. All of them are written from left to right. */
export const languages: Readonly<Record<string, Words>> = { en, es, fr, de, pt };

const english: Language = { words: en, locale: 'en-US', dir: 'ltr' };
/** Tags come from callers. */
const kept = new LruMap<string, Language>({ max: 500 });

/** The language of a BCP 47 tag; English, its amounts and dates too, when there are no words for it. */
export function languageOf(tag: string): Language {
  const known = kept.get(tag);
  if (known) return known;
  const found = find(tag);
  kept.set(tag, found);
  return found;
}

function find(tag: string): Language {
  try {
    // Without its extensions: they could ask for another calendar or other digits.
    const { language, region } = new Intl.Locale(tag);
    const words = Object.hasOwn(languages, language) ? languages[language] : undefined;
    return words ? { words, locale: region ? `${language}-${region}` : language, dir: 'ltr' } : english;
  } catch {
    return english;
  }
}

/** A text with its `{…}` filled in, once: what is filled in may hold braces of its own. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** What stands before and behind `{name}`, where an element goes in its place; the rest is filled in. */
export function around(text: string, name: string, values: Readonly<Record<string, string>> = {}): [string, string] {
  const [before = '', after = ''] = text.split(`{${name}}`);
  return [fill(before, values), fill(after, values)];
}
