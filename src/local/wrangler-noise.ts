import { stripVTControlCharacters } from 'node:util';

/** Lines of `wrangler dev` that say nothing a developer of this gateway has to know. */
const noise = [
  /^\[custom build\] Running: /,
  /^Using secrets defined in /,
  /^⎔ /,
  /^\[wrangler:info\] (?:✨ Parsed|Ready on|[A-Z]+ \S+ \d{3}\b)/,
];
/** First lines of paragraphs of that kind: up to the next empty line, and what stands indented after it. */
const paragraphs = [
  /^Your Worker has access to the following bindings:/,
  // `npm start` fires the cron every minute itself.
  /^▲ \[WARNING\] Scheduled Workers are not automatically triggered/,
];

/**
 * Leaves out what `wrangler dev` prints as a matter of course. Whatever is not known to be noise is shown: an error of wrangler's, of the
 * build or of the runtime never disappears.
 */
export class WranglerNoise {
  #inParagraph = false;
  #blank = false;

  /** @returns the line, after an empty one where it had been set off; null: it is noise */
  filter(line: string): string | null {
    const text = stripVTControlCharacters(line).trimEnd();
    if (text === '') {
      this.#blank = true;
      return null;
    }
    const after = this.#blank;
    this.#blank = false;
    if (this.#inParagraph && (!after || /^\s/.test(text))) return null;
    this.#inParagraph = paragraphs.some((first) => first.test(text));
    if (this.#inParagraph || noise.some((one) => one.test(text))) return null;
    return after ? `\n${line}` : line;
  }
}
