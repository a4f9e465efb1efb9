import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const maybe = z.number().nullable();

const Figures = z.object({
  perSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  cpuMicros: z.number(),
  generator: z.number(),
});

const Spread = z.object({ median: z.number(), largest: z.number() });

/** A scenario over all rounds: medians of each side, and medians of the ratios within a round. Latencies ms, CPU µs a request. */
export const Row = z.object({
  name: z.string(),
  target: maybe,
  gateway: Figures.nullable(),
  floor: Figures.nullable(),
  peer: Figures.nullable(),
  ofFloor: z.object({ perSecond: maybe, cpuMicros: maybe, p99: maybe }),
  ofPeer: maybe,
  /** How far the floor is from itself in the same round, as a part. */
  spread: z.object({ perSecond: Spread, cpuMicros: Spread, p99: Spread }),
});
export type Row = z.infer<typeof Row>;

export const RetryDecision = z.object({ what: z.string(), measured: maybe, wanted: z.string(), met: z.boolean() });
export type RetryDecision = z.infer<typeof RetryDecision>;

const Counted = z.object({ read: z.number(), written: z.number() });

/** What grows against what is small: D1's own count of rows, and ratios of time and CPU within a round beside the small one's own spread. */
export const Growth = z.object({
  few: z.number(),
  many: z.number(),
  seedSeconds: z.number(),
  rows: z.array(z.object({ what: z.string(), few: Counted, many: Counted })),
  times: z.array(
    z.object({
      what: z.string(),
      few: z.number(),
      many: z.number(),
      ratio: z.object({ perSecond: z.number(), cpuMicros: z.number() }),
      spread: z.object({ perSecond: Spread, cpuMicros: Spread }),
    }),
  ),
  targets: z.array(RetryDecision),
});
export type Growth = z.infer<typeof Growth>;

const Results = z.object({
  options: z.record(z.string(), z.unknown()),
  rows: z.array(Row),
  targets: z.array(RetryDecision),
  growth: Growth.nullable(),
});
export type Results = z.infer<typeof Results>;

const file = join(import.meta.dirname, 'results.json');

/** What the last whole runs came to; null when there is nothing of this form. */
export const readResults = (): Results | null =>
  existsSync(file) ? (Results.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null) : null;

const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);

/** Keeps a part of the results; the other run's part stays as it is. */
export function saveResults(part: Omit<Results, 'growth'> | Pick<Results, 'growth'>): void {
  const kept = readResults() ?? { options: {}, rows: [], targets: [], growth: null };
  writeFileSync(file, `${JSON.stringify({ ...kept, ...part }, rounded, 2)}\n`);
}
