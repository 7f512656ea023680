/** One number for several rounds. */
export type Summary = (values: readonly number[]) => number;

export const least: Summary = (values) => Math.min(...values);

export const median: Summary = (values) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
