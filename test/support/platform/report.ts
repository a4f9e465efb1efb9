import * as z from 'zod';

const Totals = z.object({ peak: z.number(), queued: z.number() });
const Report = z.object({
  resets: z.number(),
  hungUp: z.number(),
  endedAtItsLimit: z.number(),
  connections: z.object({ invocation: Totals, object: Totals }),
});

/** What the harness at `url` has done so far. */
export async function reportOf(url: string): Promise<z.infer<typeof Report>> {
  return Report.parse(await (await fetch(`${url}/_platform`)).json());
}

/** No more resets by plan, until the next start. */
export async function calmDown(url: string): Promise<void> {
  await fetch(`${url}/_platform/calm`, { method: 'POST' });
}

/** Does what the cron trigger does every minute; the harness has none. */
export async function sweep(url: string): Promise<void> {
  await fetch(`${url}/_platform/sweep`, { method: 'POST' });
}

/** Resets all coordinators in the middle of what they do. */
export async function resetAll(url: string): Promise<void> {
  await fetch(`${url}/_platform/reset`, { method: 'POST' });
}
