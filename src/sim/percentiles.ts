/** The values below which half, nine in ten and ninety-nine in a hundred of some values lie, and the most. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
}

/**
 * By nearest rank. Zeros where there are no values.
 *
 * @example
 * percentiles([1, 2, 3, 4]) // { count: 4, p50: 2, p90: 4, p99: 4, most: 4 }
 */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
}
