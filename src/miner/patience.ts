/** How long to wait before trying again what has failed so often in a row: 1, 2, 4, … 30 seconds. */
export function patience(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** Math.min(failures, 5));
}
