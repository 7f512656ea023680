/** Numbers, times and durations as people write them. */

/**
 * A moment, in the time of Greenwich.
 *
 * @example
 * dateText(1231006505) // '2009-01-03 18:15:05 UTC'
 */
export function dateText(unixTime: number): string {
  return `${new Date(unixTime * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * A whole number with its digits in groups of three.
 *
 * @example
 * grouped(210000) // '210,000'
 */
export function grouped(value: bigint | number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [365.25 * 86_400, 'years'],
  [86_400, 'days'],
  [3_600, 'hours'],
  [60, 'minutes'],
];

/**
 * A duration, in the largest unit that fits evenly or at least twice.
 *
 * @example
 * durationText(600) // '10 minutes'
 * durationText(86_400) // '1 day'
 * durationText(5_400) // '90 minutes'
 */
export function durationText(seconds: number): string {
  const fits = ([size]: readonly [number, string]): boolean =>
    seconds >= 2 * size || seconds === size;
  const [size, name] = UNITS.find(fits) ?? [1, 'seconds'];
  const count = Math.round((seconds / size) * 10) / 10;
  return count === 1 ? `1 ${name.slice(0, -1)}` : `${grouped(count)} ${name}`;
}
