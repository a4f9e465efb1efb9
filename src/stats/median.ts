/** Counts by bucket: how many waits fell into it. Buckets grow by a tenth, so a median out of them is right within 5 %. */
export type Histogram = { readonly [bucket: string]: number };

const GROWTH = 1.1;
/** A wait of `s` seconds falls into the bucket `floor(ln(max(s, 1)) · BUCKETS_PER_E)`; the roll-up's SQL says the same. */
export const BUCKETS_PER_E = 1 / Math.log(GROWTH);

/** Several histograms as one. */
export function addHistograms(histograms: readonly Histogram[]): Histogram {
  const sum: Record<string, number> = {};
  for (const one of histograms)
    for (const [bucket, count] of Object.entries(one)) sum[bucket] = (sum[bucket] ?? 0) + count;
  return sum;
}

/** The median in whole seconds, within 5 %; null of nothing. */
export function medianOf(histogram: Histogram): number | null {
  const buckets = Object.entries(histogram)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((one, other) => one.bucket - other.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { bucket, count } of buckets) {
    seen += count;
    if (seen * 2 >= total) return Math.round(Math.exp((bucket + 0.5) / BUCKETS_PER_E));
  }
  return null;
}
