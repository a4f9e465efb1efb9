/** An Intl object costs about as much as a whole email to make, so they are kept; locales come from callers, so not without end. */
const mostKept = 500;
/** What a locale that the runtime does not take is read as. */
const fallbackLocale = 'en-US';

/** Keeps what `make` makes for a locale and a detail (a currency, say); null when even the fallback locale cannot (an unknown currency). */
export function formatterCache<T>(
  make: (locale: string, detail: string) => T,
): (locale: string, detail: string) => T | null {
  const kept = new Map<string, T | null>();
  return (locale, detail) => {
    const key = `${locale} ${detail}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = attempt(() => make(locale, detail)) ?? attempt(() => make(fallbackLocale, detail));
    const [oldest] = kept.keys();
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
    return made;
  };
}

/** Intl's only answer to a locale or currency that is not well-formed is a RangeError. */
function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
