/**
 * Fee rates in classes, each reaching 5 % further than the one below: transactions that pay about the
 * same are counted together. The bounds are those of Bitcoin Core 28.
 */

/** Satoshis for 1,000 virtual bytes. What pays less is in the first class. */
const LOWEST_BOUND = 1_000;
const HIGHEST_BOUND = 10_000_000;
const SPACING = 1.05;
/** The last class has room for everything; Core writes this down for it. */
const NO_BOUND = 1e99;

/** The upper bounds of the classes, themselves included. */
export const feeBuckets: Float64Array = bounds();

function bounds(): Float64Array {
  const values: number[] = [];
  for (let bound = LOWEST_BOUND; bound <= HIGHEST_BOUND; bound *= SPACING) values.push(bound);
  return Float64Array.from([...values, NO_BOUND]);
}

/**
 * The number of the class that a rate is in.
 *
 * @example
 * feeBucketOf(1_000) // 0
 * feeBucketOf(1_001) // 1
 */
export function feeBucketOf(feeRate: number): number {
  let low = 0;
  let high = feeBuckets.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((feeBuckets[middle] as number) < feeRate) low = middle + 1;
    else high = middle;
  }
  return low;
}
