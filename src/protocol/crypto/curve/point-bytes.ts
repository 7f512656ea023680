/** The forms that a point takes as bytes (SEC 1, section 2.3.3). */

/** Whether a public key has one of the two lengths that there are: compressed or not. */
export function isPublicKeyLength(key: Uint8Array): boolean {
  return key.length === 33 || key.length === 65;
}

/** The compressed form of the point with this x and an even y: `lift_x` of BIP340. */
export function liftedX(key: Uint8Array): Uint8Array {
  const point = new Uint8Array(33);
  point[0] = 2;
  point.set(key, 1);
  return point;
}

/**
 * Hybrid keys, 6 or 7 and both coordinates, tell whether y is odd although they hold it. OpenSSL
 * took them, so consensus does, provided that they tell the truth. This is the common form of such
 * a key, any other key as it is, and undefined for a lie.
 */
export function withoutHybridForm(key: Uint8Array): Uint8Array | undefined {
  const prefix = key[0];
  if (key.length !== 65 || (prefix !== 6 && prefix !== 7)) return key;
  if ((prefix & 1) !== ((key[64] as number) & 1)) return undefined;
  const common = new Uint8Array(key);
  common[0] = 4;
  return common;
}
