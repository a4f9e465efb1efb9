import type { Merchant } from '../model/merchant.ts';
import type { Json, JsonObject } from '../model/values.ts';

/**
 * What a change makes of an entity, for the details of an entry: old and new value of each field that differs. Of the `hidden` ones only
 * that they changed: the log can forget no address.
 */
export function changedValues(
  before: { readonly [field: string]: Json },
  change: { readonly [field: string]: Json | undefined },
  hidden: readonly string[] = [],
): JsonObject {
  const changed: JsonObject = {};
  for (const [field, to] of Object.entries(change)) {
    const from = before[field] ?? null;
    if (to === undefined || JSON.stringify(from) === JSON.stringify(to)) continue;
    changed[field] = hidden.includes(field) ? 'changed' : { from, to };
  }
  return changed;
}

/** The same of a merchant's settings. */
export const changedSettings = (before: Merchant, change: { readonly [field: string]: Json | undefined }): JsonObject =>
  changedValues(before, change, ['supportEmail']);
