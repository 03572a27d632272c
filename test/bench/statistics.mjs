// @ts-check

/**
 * The value below which `fraction` of the numbers lie, by the nearest rank.
 * @param {readonly number[]} numbers At least one, in any order.
 * @param {number} fraction From 0 to 1: 0.5 is the median.
 * @returns {number}
 */
export function percentile(numbers, fraction) {
  if (numbers.length === 0) throw new RangeError("percentile needs at least one number");
  const sorted = Float64Array.from(numbers).sort();
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  return /** @type {number} */ (sorted[rank - 1]);
}

/**
 * The middle number, or the mean of the two middle ones.
 * @param {readonly number[]} numbers At least one, in any order.
 * @returns {number}
 */
export function median(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  return (percentile(numbers, 0.5) + /** @type {number} */ (sorted[Math.floor(sorted.length / 2)])) / 2;
}
