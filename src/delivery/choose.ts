import type { ProviderName } from './port.ts';

/**
 * The provider to ask next: the first one not tried yet and not to be skipped (its breaker is open). When all that are left would be
 * skipped, the first of them is asked anyway: a doubtful provider beats none. null: every one was tried.
 */
export function nextProvider<T extends { readonly name: ProviderName }>(
  ordered: readonly T[],
  tried: readonly ProviderName[],
  skip: readonly ProviderName[],
): T | null {
  const left = ordered.filter(({ name }) => !tried.includes(name));
  return left.find(({ name }) => !skip.includes(name)) ?? left[0] ?? null;
}
