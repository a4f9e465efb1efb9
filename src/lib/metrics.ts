/** What is measured, as `blob1` of its data points (docs/operations.md, Metrics). */
export const measured = ['request', 'send', 'shed', 'unsettled', 'webhook', 'sweep'] as const;

/** One data point. No recipient and no secret: whoever may read the account's analytics reads it. */
export type Measurement = {
  what: (typeof measured)[number];
  /** Whose it is; absent: nobody's. The sampling of a busy dataset is fair by it. */
  merchantId?: string | undefined;
  /** Which one: a provider, a route, a sweep. */
  name: string;
  outcome: string;
  /** More about the outcome: a channel, an error's code. */
  detail?: string | undefined;
  ms?: number;
  /** How many it stands for (1). */
  count?: number;
};

/** The binding of Workers Analytics Engine, as far as it is used. */
type Dataset = { writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void };

const isDataset = (value: unknown): value is Dataset =>
  typeof value === 'object' &&
  value !== null &&
  'writeDataPoint' in value &&
  typeof value.writeDataPoint === 'function';

/**
 * Writes a data point where `METRICS` is bound, else nothing. It waits for nothing and never throws: the platform takes only so many of one
 * invocation, and a request is worth more than its measurement.
 */
export function measure(env: { METRICS?: unknown }, measurement: Measurement): void {
  const { what, merchantId = '', name, outcome, detail = '', ms = 0, count = 1 } = measurement;
  try {
    if (isDataset(env.METRICS))
      env.METRICS.writeDataPoint({ indexes: [merchantId], blobs: [what, name, outcome, detail], doubles: [ms, count] });
  } catch {
    // Nobody asked for it.
  }
}
