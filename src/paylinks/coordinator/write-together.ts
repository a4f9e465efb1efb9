import { isPassing, isUnavailable } from '../../lib/unavailable.ts';

/** How long is waited before a batch is written again, ms. */
const PAUSE_MS = 100;

type Deps<Item, End> = {
  /** Writes all of these or none, and may be repeated. */
  write: (items: readonly Item[]) => Promise<End[]>;
  failed: (items: readonly Item[], error: unknown) => void;
};

/**
 * Writes a batch to D1. A fault of D1 has the whole written once more, and not at all when D1 is overloaded: D1 retries no writes by
 * itself, and fifty of a batch, each alone, would be fifty times as much for it to do. Any other fault is an item's own: each is then
 * tried alone, so that one that cannot be written keeps back no other.
 * @returns what became of those that were written
 */
export async function writeTogether<Item, End>(items: readonly Item[], deps: Deps<Item, End>): Promise<End[]> {
  const write = async (some: readonly Item[]): Promise<End[] | { error: unknown }> => {
    try {
      return await deps.write(some);
    } catch (error) {
      deps.failed(some, error);
      return { error };
    }
  };
  const first = await write(items);
  if (Array.isArray(first)) return first;
  if (isUnavailable(first.error)) {
    if (!isPassing(first.error)) return [];
    await scheduler.wait(PAUSE_MS);
    const second = await write(items);
    return Array.isArray(second) ? second : [];
  }
  const ends: End[] = [];
  if (items.length === 1) return ends;
  for (const item of items) {
    const end = await write([item]);
    if (Array.isArray(end)) ends.push(...end);
  }
  return ends;
}
