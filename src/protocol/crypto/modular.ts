/**
 * The number that, multiplied by `value`, is one modulo a prime (or any modulus without a factor in
 * common with it), by Euclid's algorithm. Its time depends on the value: not for secrets.
 *
 * @example
 * modularInverse(3n, 7n) // 5n
 */
export function modularInverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next] = [modulus, value % modulus];
  let [coefficient, following] = [0n, 1n];
  while (next !== 0n) {
    const quotient = remainder / next;
    [remainder, next] = [next, remainder - quotient * next];
    [coefficient, following] = [following, coefficient - quotient * following];
  }
  return coefficient < 0n ? coefficient + modulus : coefficient;
}
