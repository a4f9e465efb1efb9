/** C0 and C1 controls, line and paragraph separators: they could end a header or a line. */
const breaks = /[\p{Cc}\u2028\u2029]+/gu;
/** Marks that change the reading order (UAX #9) or are invisible. Joiners stay: scripts and emoji need them. */
const invisible = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\u00AD]/g;

/** Printable ASCII with single spaces, as most texts are: there is nothing to clean. */
const clean = /^[!-~]+(?: [!-~]+)*$/;

/** A person's text for a header, a subject or a single line: no control characters, no hidden direction marks, at most `longest` characters. */
export function oneLine(text: string, longest: number): string {
  if (text.length <= longest && clean.test(text)) return text;
  const line = text.toWellFormed().replace(invisible, '').replace(breaks, ' ').replace(/\s+/g, ' ').trim();
  return shortened(line, longest);
}

/** A full stop within a word, or what domain names take for one (UTS #46 §2.3): `evil.com`. */
const stop = /(?<=\S)([.\u3002\uFF0E\uFF61\u2024\uFE52])(?=[^\s\p{P}]|[_-])/gu;
/** An at sign within a word: `a@evil.com`. */
const at = /(?<=\S)([@\uFF20\uFE6B])(?=\S)/gu;
/** A colon within a word, but for a time of day: `http:`, `tel:1`. */
const colon = /(?<=\S):(?=\S)(?!(?<=\d:)\d)/gu;
const slashes = /[/\\\u2044\u2215\uFF0F]{2,}/g;
const decimal = /^\p{P}*\d+\.\d+\p{P}*$/u;

/** The same text with a space behind each stop, at sign and colon within a word, so that no mail client or phone makes a link of it. */
export function withoutLinks(text: string): string {
  if (/^[\w ,'&-]*$/.test(text)) return text;
  return text.replace(/\S+/gu, (word) =>
    decimal.test(word) ? word : word.replace(slashes, '/').replace(stop, '$1 ').replace(at, '$1 ').replace(colon, ': '),
  );
}

/** A name for a greeting, a subject, a sender or an SMS: one line that holds no link and nothing that is taken for one. */
export const nameLine = (text: string, longest: number): string =>
  shortened(withoutLinks(oneLine(text, Number.POSITIVE_INFINITY)), longest);

/** A person's text of several lines, each cleaned; empty ones at the ends are dropped. */
export function lines(text: string, longest: number): string[] {
  const cleaned = text
    .slice(0, longest)
    .toWellFormed()
    .replace(invisible, '')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replace(breaks, ' ').trimEnd());
  while (cleaned[0]?.trim() === '') cleaned.shift();
  while (cleaned.at(-1)?.trim() === '') cleaned.pop();
  return cleaned;
}

function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const characters = Array.from(text);
  return characters.length <= longest
    ? text
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

/** The URL in its normal form if a mail client may load or open it: https, or http of this machine; else null. */
export function safeUrl(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  const local = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
  return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url.href : null;
}
