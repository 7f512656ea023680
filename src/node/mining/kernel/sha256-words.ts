/** SHA-256 (FIPS 180-4) on plain numbers: its constants, and the part of a header that stays the same. */

/** The first 32 bits behind the point of the cube roots of the first 64 primes. */
export const ROUND_CONSTANTS: readonly number[] = firstPrimes(64).map((prime) =>
  rootBits(prime, 3n),
);

/** The same of the square roots of the first eight. */
export const FIRST_STATE: readonly number[] = firstPrimes(8).map((prime) => rootBits(prime, 2n));

type State = [number, number, number, number, number, number, number, number];

/**
 * The state of eight words behind a block of sixteen.
 *
 * @example
 * compress(FIRST_STATE, words.slice(0, 16)) // the midstate of a header
 */
export function compress(state: readonly number[], block: readonly number[]): readonly number[] {
  const words = [...block];
  const word = (t: number): number => words[t] as number;
  let [a, b, c, d, e, f, g, h] = state as State;
  for (let t = 0; t < 64; t++) {
    if (t >= 16) {
      const [near, far] = [word(t - 2), word(t - 15)];
      const mixedNear = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
      const mixedFar = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
      words.push((mixedNear + word(t - 7) + mixedFar + word(t - 16)) | 0);
    }
    const choice = g ^ (e & (f ^ g));
    const mixed = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + mixed + choice + (ROUND_CONSTANTS[t] as number) + word(t)) | 0;
    const majority = b ^ ((a ^ b) & (b ^ c));
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((end, i) => (end + (state[i] as number)) | 0);
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function firstPrimes(count: number): readonly bigint[] {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  }
  return primes;
}

/** The root of a number with 32 more bits is the root with 32 bits behind the point. */
function rootBits(of: bigint, degree: bigint): number {
  const radicand = of << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 37n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** degree <= radicand) root += bit;
  }
  return Number(BigInt.asIntN(32, root));
}
