/** Medians and percentiles of what a block holds, with the roundings of Bitcoin Core. */

/** At the hundredths that {@link percentilesByWeight} names. */
export type Percentiles = readonly [
  p10: number,
  p25: number,
  p50: number,
  p75: number,
  p90: number,
];

export interface Weighted {
  readonly value: number;
  readonly weight: number;
}

const NONE: Percentiles = [0, 0, 0, 0, 0];

/**
 * The median of whole numbers; between two of them in the middle, their mean without its fraction.
 * The median of nothing is 0.
 *
 * @example
 * truncatedMedian([4, 1, 2]) // 2
 * truncatedMedian([1, 2]) // 1
 */
export function truncatedMedian(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >>> 1;
  const upper = sorted[half] as number;
  if (sorted.length % 2 === 1) return upper;
  return Math.floor(((sorted[half - 1] as number) + upper) / 2);
}

/**
 * The values up to which 10, 25, 50, 75 and 90 hundredths of the weight lie, the lowest values first.
 *
 * @example
 * percentilesByWeight([{ value: 1, weight: 9 }, { value: 8, weight: 1 }]) // [1, 1, 1, 1, 1]
 */
export function percentilesByWeight(entries: readonly Weighted[]): Percentiles {
  const last = entries.length - 1;
  if (last < 0) return NONE;
  const sorted = [...entries].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let at = 0;
  let reached = (sorted[0] as Weighted).weight;
  const valueAt = (weight: number): number => {
    while (reached < weight && at < last) reached += (sorted[++at] as Weighted).weight;
    return (sorted[at] as Weighted).value;
  };
  return [
    valueAt(total / 10),
    valueAt(total / 4),
    valueAt(total / 2),
    valueAt((total * 3) / 4),
    valueAt((total * 9) / 10),
  ];
}
