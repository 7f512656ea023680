/**
 * Whether two arrays hold the same bytes. Not constant time: never use it on secrets.
 *
 * @example
 * equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)) // true
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  const length = a.length;
  if (length !== b.length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Orders byte arrays as `memcmp` does, a prefix before what it begins.
 *
 * @example
 * [Uint8Array.of(2), Uint8Array.of(1, 9)].sort(compareBytes) // [[1, 9], [2]]
 */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
