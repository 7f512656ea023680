/**
 * The three backends must be one curve: whatever they are given, valid, malformed or at the edge of
 * what is allowed, they answer the same, and none of them throws or writes over its arguments.
 *
 * Every case follows from the seed, which is printed; `BLOCKYARD_SEED=<seed>` plays it again.
 */
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../bytes/concat.ts';
import { toHex } from '../../bytes/hex.ts';
import { bip340Challenge } from './bip340.ts';
import type { Curve } from './curve.ts';
import { bytesFromScalar, scalarFromBytes } from './scalar.ts';
import { loadCurve } from './select.node.ts';

const P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const native = loadCurve('native');
const backends = [native, loadCurve('wasm'), loadCurve('pure')] as const;
const seed = Number(process.env['BLOCKYARD_SEED'] ?? Date.now() % 2 ** 31);
console.log(`curve agreement: BLOCKYARD_SEED=${seed}`);

/** Set anew for each method, so that its cases do not depend on those of the others. */
let random = generator(seed);

type Arguments = readonly (Uint8Array | number | boolean | undefined)[];
type Method = Exclude<keyof Curve, 'backend'>;

/** How many cases each method gets (the slow ones fewer), and how one is made. */
const plan: Readonly<Record<Method, readonly [cases: number, make: () => Arguments]>> = {
  isPrivateKey: [600, () => [someScalar()]],
  isPublicKey: [1000, () => [somePublicKey()]],
  isXOnlyKey: [800, () => [someXOnlyKey()]],
  publicKey: [700, () => [someScalar(), someFlag()]],
  convertPublicKey: [900, () => [somePublicKey(), someFlag()]],
  negatePrivateKey: [300, () => [someScalar()]],
  addToPrivateKey: [600, () => tweaked(someScalar())],
  addToPublicKey: [800, () => keyAndTweak(false)],
  addToXOnlyKey: [800, () => keyAndTweak(true)],
  signEcdsa: [700, () => [someHash(), someScalar(), oneOf(undefined, some32())]],
  verifyEcdsa: [1000, ecdsaCase],
  recoverEcdsa: [700, recoveryCase],
  signSchnorr: [300, () => [someHash(), someScalar(), some32()]],
  verifySchnorr: [1000, schnorrCase],
};

describe('the backends of the curve agree', () => {
  let total = 0;
  for (const [index, [name, [cases, make]]] of Object.entries(plan).entries()) {
    total += cases;
    it(`on ${cases} cases of ${name}`, () => {
      random = generator(seed + index);
      const disagreements: string[] = [];
      const answers = new Set<string>();
      for (let i = 0; i < cases; i++) {
        const args = make();
        const [expected, ...others] = backends.map((curve) => answer(curve, name as Method, args));
        answers.add(String(expected));
        if (others.some((other) => other !== expected)) {
          disagreements.push(`${args.map(shown).join(' ')} -> ${expected} | ${others.join(' | ')}`);
        }
      }
      expect(disagreements).toEqual([]);
      // Cases that are all refused, or all taken, would prove little.
      expect(answers.size).toBeGreaterThan(1);
    });
  }

  it('on 10,000 cases and more', () => {
    expect(total).toBeGreaterThanOrEqual(10_000);
  });
});

function answer(curve: Curve, method: Method, args: Arguments): string {
  const given = args.map((arg) => (arg instanceof Uint8Array ? arg.slice() : arg));
  const call = curve[method] as (...args: Arguments) => unknown;
  const result = call(...given);
  expect(given.map(shown)).toEqual(args.map(shown));
  if (typeof result !== 'object' || result instanceof Uint8Array) return shown(result);
  return JSON.stringify(result, (_, value) => (value instanceof Uint8Array ? toHex(value) : value));
}

function shown(value: unknown): string {
  return value instanceof Uint8Array ? `0x${toHex(value)}` : String(value);
}

/** Half of the cases are sound, the others have one thing wrong. */
function ecdsaCase(): Arguments {
  const key = validKey();
  const hash = someHash(32);
  const { signature } = native.signEcdsa(hash, key) as { signature: Uint8Array };
  const publicKey = inSomeForm(key);
  return oneOf<() => Arguments>(
    () => [hash, signature, publicKey],
    () => [hash, withHighS(signature), publicKey],
    () => [hash, withHighS(signature), hybrid(key)],
    () => beyondOrderCase(hash),
    () => [someHash(), signature, publicKey],
    () => [hash, withSomeHalf(signature), publicKey],
    () => [hash, damaged(signature), publicKey],
    () => [hash, signature, somePublicKey()],
    () => [hash, someBytes(oneOf(0, 63, 64, 65, 72)), publicKey],
  )();
}

/** A signature whose nonce point has an x beyond the order, so that r is not its x: still valid. */
function beyondOrderCase(hash: Uint8Array): Arguments {
  const signature = concatBytes(bytesFromScalar(oneOf(2n, 4n)), bytesFromScalar(someNumber()));
  const publicKey = native.recoverEcdsa(hash, signature, oneOf(2, 3), someFlag());
  return [hash, signature, publicKey ?? new Uint8Array(33)];
}

function recoveryCase(): Arguments {
  const hash = someHash(32);
  const key = validKey();
  const signed = native.signEcdsa(hash, key) as { signature: Uint8Array; recoveryId: number };
  const id = oneOf<number>(0, 1, 2, 3, -1, 4, 1.5, Number.NaN);
  return oneOf<() => Arguments>(
    () => [hash, signed.signature, signed.recoveryId, someFlag()],
    () => [hash, withHighS(signed.signature), signed.recoveryId ^ 1, someFlag()],
    () => [someHash(), signed.signature, signed.recoveryId],
    () => [hash, withSomeHalf(signed.signature), id & 3, someFlag()],
    () => [hash, signed.signature, id, someFlag()],
    // s * R = z * G, which recovers a point at infinity.
    () => {
      const s = someNumber();
      const r = (native.publicKey(key) as Uint8Array).subarray(1);
      const z = bytesFromScalar((s * scalarFromBytes(key)) % N);
      const parity = (native.publicKey(key) as Uint8Array)[0] === 2 ? 0 : 1;
      return [z, concatBytes(r, bytesFromScalar(s)), oneOf(parity, parity ^ 1)];
    },
  )();
}

function schnorrCase(): Arguments {
  const key = evenKey(validKey());
  const hash = someHash(32);
  const xOnly = (native.publicKey(key) as Uint8Array).subarray(1);
  const signature = native.signSchnorr(hash, key, some32(32)) as Uint8Array;
  const r = signature.subarray(0, 32);
  return oneOf<() => Arguments>(
    () => [hash, signature, xOnly],
    () => [hash, signature, xOnly],
    () => [hash, signature, xOnly],
    () => [hash, withHighS(signature), xOnly],
    () => [hash, withSomeHalf(signature), xOnly],
    () => [hash, damaged(signature), xOnly],
    () => [someHash(), signature, xOnly],
    () => [hash, signature, someXOnlyKey()],
    () => [hash, someBytes(oneOf(0, 63, 64, 65)), xOnly],
    // s = e * d: the nonce point is infinite.
    () => {
      const s = (bip340Challenge(r, xOnly, hash) * scalarFromBytes(key)) % N;
      return [hash, concatBytes(r, bytesFromScalar(s)), xOnly];
    },
  )();
}

/** A key and a tweak, which in some cases cancel each other. */
function tweaked(key: Uint8Array): Arguments {
  const opposite = native.negatePrivateKey(key);
  return [key, oneOf(someScalar(), someScalar(), opposite ?? someScalar())];
}

function keyAndTweak(xOnly: boolean): Arguments {
  const key = xOnly ? evenKey(validKey()) : validKey();
  const point = xOnly ? (native.publicKey(key) as Uint8Array).subarray(1) : inSomeForm(key);
  const opposite = native.negatePrivateKey(key) as Uint8Array;
  return oneOf<() => Arguments>(
    () => [point, someScalar()],
    () => [point, oneOf(opposite, new Uint8Array(32), some32(32))],
    () => [xOnly ? someXOnlyKey() : somePublicKey(), someScalar()],
  )();
}

function evenKey(key: Uint8Array): Uint8Array {
  const isEven = native.publicKey(key)?.[0] === 2;
  return isEven ? key : (native.negatePrivateKey(key) as Uint8Array);
}

function withHighS(signature: Uint8Array): Uint8Array {
  const s = scalarFromBytes(signature, 32);
  return concatBytes(signature.subarray(0, 32), bytesFromScalar((N - s) % N));
}

/** One of the two numbers replaced by one from the edges. */
function withSomeHalf(signature: Uint8Array): Uint8Array {
  const edge = bytesFromScalar(someEdge());
  return oneOf(
    concatBytes(edge, signature.subarray(32)),
    concatBytes(signature.subarray(0, 32), edge),
  );
}

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const at = below(copy.length);
  copy[at] = (copy[at] as number) ^ (1 << below(8));
  return copy;
}

function inSomeForm(key: Uint8Array): Uint8Array {
  return oneOf(
    () => native.publicKey(key) as Uint8Array,
    () => native.publicKey(key, false) as Uint8Array,
    () => hybrid(key),
  )();
}

function hybrid(key: Uint8Array): Uint8Array {
  const publicKey = (native.publicKey(key, false) as Uint8Array).slice();
  publicKey[0] = 6 + ((publicKey[64] as number) & 1);
  return publicKey;
}

function somePublicKey(): Uint8Array {
  const key = inSomeForm(validKey());
  const prefixed = (prefix: number) => Uint8Array.of(prefix, ...key.subarray(1));
  return oneOf<() => Uint8Array>(
    () => key,
    () => key,
    () => prefixed(below(9)),
    () => prefixed((key[0] as number) ^ 1),
    () => damaged(key),
    () => concatBytes(Uint8Array.of(oneOf(2, 3)), someXOnlyKey()),
    () => concatBytes(Uint8Array.of(oneOf(4, 6, 7)), bytesFromScalar(someEdge()), some32(32)),
    () => someBytes(oneOf(0, 1, 32, 33, 34, 64, 65, 66)),
  )();
}

/** Half of the numbers are the x of a point, and the order itself and a few beyond it are as well. */
function someXOnlyKey(): Uint8Array {
  return oneOf<() => Uint8Array>(
    () => some32(),
    () => (native.publicKey(validKey()) as Uint8Array).subarray(1),
    () => bytesFromScalar(oneOf(N, N + 1n, N + 2n, N + 4n, P - 3n, P, P + 1n)),
    () => bytesFromScalar(someEdge()),
  )();
}

function someScalar(): Uint8Array {
  return oneOf<() => Uint8Array>(some32, some32, validKey, () => bytesFromScalar(someEdge()))();
}

function someEdge(): bigint {
  const half = N >> 1n;
  return oneOf(0n, 1n, 2n, half, half + 1n, N - 1n, N, N + 1n, P - N, P - 1n, P, 2n ** 256n - 1n);
}

function someHash(length?: 32): Uint8Array {
  return oneOf<() => Uint8Array>(
    () => some32(length),
    () => some32(length),
    () => bytesFromScalar(someEdge()),
  )();
}

/** 32 bytes, or, unless told otherwise, now and then a few more or less. */
function some32(length: number = oneOf(32, 32, 32, 32, 32, 32, 0, 31, 33)): Uint8Array {
  return someBytes(length);
}

function validKey(): Uint8Array {
  return bytesFromScalar(oneOf(someNumber(), someNumber(), someNumber(), oneOf(1n, 2n, N - 1n)));
}

function someNumber(): bigint {
  return (scalarFromBytes(someBytes(32)) % (N - 1n)) + 1n;
}

function someFlag(): boolean | undefined {
  return oneOf(true, false, undefined);
}

function someBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => below(256));
}

function oneOf<T>(...choices: readonly T[]): T {
  return choices[below(choices.length)] as T;
}

function below(limit: number): number {
  return Math.floor(random() * limit);
}

/** A multiply-with-carry generator: numbers from 0 up to 1 that follow from a seed. */
function generator(start: number): () => number {
  let state = BigInt(start) + 1n;
  return () => {
    state = (state & 0xffffffffn) * 4294957665n + (state >> 32n);
    return Number(state & 0xffffffffn) / 2 ** 32;
  };
}
