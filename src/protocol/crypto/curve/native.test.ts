import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import { loadNativeBinding, noncePoint } from './native.node.ts';

const P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const native = loadNativeBinding();
const { BASE, ZERO, fromHex } = secp256k1.Point;
const hex32 = (value: bigint) => value.toString(16).padStart(64, '0');
const bytes32 = (value: bigint) => Uint8Array.from(Buffer.from(hex32(value), 'hex'));

/** `s * G - e * P` by the definition. */
function expected(s: bigint, e: bigint, x: bigint): string | undefined {
  let point: typeof BASE;
  try {
    point = fromHex(`02${hex32(x)}`);
  } catch {
    return undefined;
  }
  const times = (p: typeof BASE, scalar: bigint) => (scalar === 0n ? ZERO : p.multiply(scalar));
  const sum = times(BASE, s).subtract(times(point, e));
  return sum.is0() ? undefined : sum.toHex(true);
}

function found(s: bigint, e: bigint, x: bigint): string | undefined {
  const point = noncePoint(native, s, e, bytes32(x));
  return point && toHex(point);
}

const scalar = fc.oneof(fc.bigInt(0n, N - 1n), fc.constantFrom(0n, 1n, 2n, N >> 1n, N - 1n));
const onCurve = fc.bigInt(1n, N - 1n).map((d) => BASE.multiply(d).x);

describe("the nonce point of a Schnorr signature, by ECDSA's recovery", () => {
  it('is s * G - e * P', () => {
    fc.assert(
      fc.property(scalar, scalar, onCurve, (s, e, x) => {
        expect(found(s, e, x)).toBe(expected(s, e, x));
      }),
      { numRuns: 500 },
    );
  });

  it('is so for keys beyond the order too, which are no scalars, and for the order itself', () => {
    const beyond = [N, N + 1n, N + 2n, N + 3n, N + 4n, P - 3n, P - 2n, P - 1n];
    // The order itself is the x of a point, and so are some beyond it; otherwise this proves little.
    expect(beyond.filter((x) => expected(1n, 1n, x) !== undefined).length).toBeGreaterThan(3);
    expect(expected(1n, 1n, N)).toBeDefined();
    for (const x of beyond) {
      fc.assert(
        fc.property(scalar, scalar, (s, e) => {
          expect(found(s, e, x)).toBe(expected(s, e, x));
        }),
        { numRuns: 30 },
      );
    }
  });

  it('is none where the two terms cancel', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, N - 1n), fc.bigInt(0n, N - 1n), (d, e) => {
        const point = BASE.multiply(d);
        const even = point.y % 2n === 0n ? d : N - d;
        expect(found((e * even) % N, e, point.x)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('is none where the key is no point', () => {
    fc.assert(
      fc.property(scalar, scalar, fc.bigInt(0n, 2n ** 256n - 1n), (s, e, x) => {
        expect(found(s, e, x)).toBe(x < P ? expected(s, e, x) : undefined);
      }),
      { numRuns: 200 },
    );
  });
});
