/**
 * Joins byte arrays into a new one.
 *
 * @example
 * concatBytes(Uint8Array.of(1), Uint8Array.of(2, 3)) // [1, 2, 3]
 */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts);
}

/**
 * Joins a list of byte arrays, however long. Spread over the arguments of a function, a list of some
 * 100,000 overflows the stack; and it is often a stranger who decides how long it is.
 *
 * @example
 * joinBytes([Uint8Array.of(1), Uint8Array.of(2, 3)]) // [1, 2, 3]
 */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
