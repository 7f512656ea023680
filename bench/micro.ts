/**
 * The small functions that everything else is made of, by themselves. Not for claims, which are
 * ratios, but to see where time goes and what a change did.
 */
import { bench, group, run } from 'mitata';
import { loadCurve } from '#curve';
import { ByteMap } from '../src/protocol/bytes/byte-map.ts';
import { toHex } from '../src/protocol/bytes/hex.ts';
import { coinKey } from '../src/protocol/consensus/coin.ts';
import type { CurveBackend } from '../src/protocol/crypto/curve/curve.ts';
import { hash160, sha256, sha256d } from '../src/protocol/crypto/hash.ts';
import type { Txid } from '../src/protocol/primitives/hashes.ts';
import { decodeTx, encodeTx } from '../src/protocol/primitives/transaction.ts';
import { txid } from '../src/protocol/primitives/transaction-id.ts';
import type { Bench } from './bench.ts';
import { signedTransactions } from './signed-inputs.ts';

const BACKENDS: readonly CurveBackend[] = ['native', 'wasm', 'pure'];

/** Prints what it measured, and asks nothing of it. */
export const benchMicro: Bench = {
  options: [],
  async run({ json }) {
    declareBenches();
    await run({ format: json ? 'json' : 'mitata' });
    return true;
  },
};

function declareBenches(): void {
  const [payment] = signedTransactions('P2WPKH', 2);
  if (payment === undefined) throw new Error('no transaction was made');
  const tx = decodeTx(payment.bytes);
  benchBytes(payment.bytes);
  group('transaction of one input and two outputs', () => {
    bench('decodeTx', () => decodeTx(payment.bytes));
    bench('encodeTx', () => encodeTx(tx));
    bench('decodeTx and txid', () => txid(decodeTx(payment.bytes)));
  });
  for (const backend of BACKENDS) benchCurve(backend);
}

function benchBytes(bytes: Uint8Array): void {
  const header = new Uint8Array(80).fill(7);
  const keys = Array.from({ length: 1000 }, (_, vout) =>
    coinKey({ txid: sha256(Uint8Array.of(vout & 255, vout >>> 8)) as Txid, vout }),
  );
  const map = new ByteMap<number>();
  for (const [i, key] of keys.entries()) map.set(key, i);
  let next = 0;
  group('bytes', () => {
    bench('sha256d of 80 bytes', () => sha256d(header));
    bench('hash160 of 33 bytes', () => hash160(header.subarray(0, 33)));
    bench(`toHex of ${bytes.length} bytes`, () => toHex(bytes));
    bench('ByteMap.get of 36 bytes, among 1,000', () => map.get(keys[next++ % 1000] as Uint8Array));
  });
}

function benchCurve(backend: CurveBackend): void {
  const curve = loadCurve(backend);
  const privateKey = new Uint8Array(32).fill(7);
  const hash = sha256(privateKey);
  const publicKey = curve.publicKey(privateKey) as Uint8Array;
  const ecdsa = curve.signEcdsa(hash, privateKey)?.signature as Uint8Array;
  const schnorr = curve.signSchnorr(hash, privateKey, hash) as Uint8Array;
  const xOnly = publicKey.subarray(1);
  group(`curve, ${backend}`, () => {
    bench('verifyEcdsa', () => curve.verifyEcdsa(hash, ecdsa, publicKey));
    bench('verifySchnorr', () => curve.verifySchnorr(hash, schnorr, xOnly));
    bench('signEcdsa', () => curve.signEcdsa(hash, privateKey));
  });
}
