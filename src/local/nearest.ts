/** How many letters must change to make one text of the other (insert, leave out, replace, or swap two neighbours). */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + cost,
          swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = last;
    last = row;
  }
  return last[other.length] ?? 0;
}

/** The name that somebody may have meant, case aside; null: none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  const asked = name.toUpperCase();
  const found = names
    .map((known) => ({ known, letters: distance(asked, known.toUpperCase()) }))
    .sort((a, b) => a.letters - b.letters)[0];
  return found && found.letters <= Math.max(2, Math.floor(name.length / 4)) ? found.known : null;
}
