type Priced = { price: number; quantity: number; tax: number | null };

/**
 * `subTotal = Σ(price·quantity + item tax)`, `total = subTotal + shipping + tax`, all integer minor units.
 * null when a sum leaves the safe integers.
 */
export function totalsOf(
  items: readonly Priced[],
  tax: number | null,
  shipping: number | null,
): { subTotal: number; total: number } | null {
  let subTotal = 0;
  for (const item of items) {
    subTotal += item.price * item.quantity + (item.tax ?? 0);
    if (!Number.isSafeInteger(subTotal)) return null;
  }
  const total = subTotal + (tax ?? 0) + (shipping ?? 0);
  return Number.isSafeInteger(total) ? { subTotal, total } : null;
}
