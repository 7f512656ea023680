/** More are of no use, as Bitcoin Core has found: the main thread cannot feed them. */
const MOST_THREADS = 15;

/**
 * How many threads verify scripts, by the option `par` and the number of cores: so many, or, where it
 * is 0 or below, one for each core but so many. One core is left to the main thread by default.
 *
 * @example
 * verifyThreads(4, 2) // 4
 * verifyThreads(undefined, 8) // 7
 * verifyThreads(-3, 8) // 5
 */
export function verifyThreads(par: number | undefined, cores: number): number {
  const wanted = par === undefined || par === 0 ? cores - 1 : par < 0 ? cores + par : par;
  return Math.min(Math.max(wanted, 1), MOST_THREADS);
}
