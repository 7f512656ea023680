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

/**
 * An amount of memory or of disk space.
 *
 * @example
 * bytesText(1_572_864) // '1.5 MiB'
 */
export function bytesText(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  if (power === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const value = bytes / 1024 ** power;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${'KMGT'[power - 1]}iB`;
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

/**
 * How long something is still going to take: two units at most, and no promise of precision.
 *
 * @example
 * shortDuration(42) // '42 s'
 * shortDuration(125) // '2 min 5 s'
 * shortDuration(7300) // '2 h 2 min'
 */
export function shortDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(seconds / 60);
  if (seconds < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return hours < 24_000 ? `${Math.round(hours / 24)} days` : 'years';
}
