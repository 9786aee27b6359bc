// Exact arithmetic: whole numbers and fractions as BigInt, nothing else.

export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0n);
export const least = (...numbers) => numbers.reduce((one, other) => (other < one ? other : one));

/** A fraction that is not negative, to the nearest whole number; halves go up. */
export const nearest = (above, below) => (2n * above + below) / (2n * below);

/** "8.875" of an amount, as a fraction: [above, below]. */
export function percentage(text) {
  const [whole, decimals = ""] = text.split(".");
  return [BigInt(whole + decimals), 100n * 10n ** BigInt(decimals.length)];
}

/** Whole parts in proportion to weights: what is over goes one by one to the
 * largest fractions that were cut off, to the first of equal ones. */
export function apportion(amount, weights) {
  const all = sum(weights);
  if (all === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight, at) => ({ at, whole: (weight * amount) / all, cut: (weight * amount) % all }));
  let over = amount - sum(parts.map((part) => part.whole));
  for (const part of [...parts].sort((one, other) => (one.cut === other.cut ? one.at - other.at : one.cut < other.cut ? 1 : -1))) {
    if (over-- > 0n) part.whole += 1n;
  }
  return parts.map((part) => part.whole);
}
