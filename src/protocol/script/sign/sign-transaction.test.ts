import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../../bytes/concat.ts';
import { hash160, sha256 } from '../../crypto/hash.ts';
import type { Txid } from '../../primitives/hashes.ts';
import type { Transaction, TxOut } from '../../primitives/transaction.ts';
import { buildScript } from '../build-script.ts';
import { opcodes } from '../opcodes.ts';
import { SIGHASH_DEFAULT, SIGHASH_SINGLE } from '../signature-hash/hash-type.ts';
import { taprootOutput } from '../taproot.ts';
import { multisig, p2pk, p2pkh, p2sh, p2tr, p2wpkh, p2wsh } from '../templates.ts';
import { combineTransactions, signTransaction, UNKNOWN_AMOUNT } from './sign-transaction.ts';
import { KeyRing } from './signing-provider.ts';

const secrets = [1, 2, 3].map((n) => new Uint8Array(32).fill(n));
const publicKeys = secrets.map((secret) => curve.publicKey(secret) as Uint8Array);
const [alice, bob, carol] = publicKeys as [Uint8Array, Uint8Array, Uint8Array];
const xOnly = (key: Uint8Array): Uint8Array => key.subarray(1);
const twoOfThree = multisig(2, publicKeys);
const leaf = buildScript(xOnly(bob), opcodes.OP_CHECKSIG);
const twoInLeaf = buildScript(
  ...[xOnly(alice), opcodes.OP_CHECKSIG, xOnly(bob), opcodes.OP_CHECKSIGADD],
  ...[xOnly(carol), opcodes.OP_CHECKSIGADD, opcodes.OP_2, opcodes.OP_NUMEQUAL],
);
// Nobody has the private key of this one.
const nobody = xOnly(curve.publicKey(new Uint8Array(32).fill(9)) as Uint8Array);

const OUTPUTS: Readonly<Record<string, Uint8Array>> = {
  'a public key': p2pk(alice),
  'the hash of a public key': p2pkh(hash160(bob)),
  'a witness key hash': p2wpkh(hash160(carol)),
  'a witness key hash behind a script hash': p2sh(hash160(p2wpkh(hash160(carol)))),
  'bare multisig': twoOfThree,
  'multisig behind a script hash': p2sh(hash160(twoOfThree)),
  'multisig behind a witness script hash': p2wsh(sha256(twoOfThree)),
  'multisig behind both': p2sh(hash160(p2wsh(sha256(twoOfThree)))),
  'a key behind a witness script hash': p2wsh(sha256(p2pk(alice))),
  'an output key of Taproot': p2tr(xOnly(alice)),
  'an internal key of Taproot': p2tr(outputKey(xOnly(alice), leaf)),
  'a leaf of Taproot': p2tr(outputKey(nobody, leaf)),
  'two signatures in a leaf': p2tr(outputKey(nobody, twoInLeaf)),
};

function outputKey(internalKey: Uint8Array, script: Uint8Array): Uint8Array {
  return (taprootOutput(internalKey, { script })?.outputKey ?? nobody) as Uint8Array;
}

function ringOf(...who: readonly number[]): KeyRing {
  const ring = new KeyRing();
  for (const i of who) {
    ring.addPrivateKey({ privateKey: secrets[i] as Uint8Array, compressed: true });
  }
  const scripts = [twoOfThree, p2wsh(sha256(twoOfThree)), p2pk(alice), p2wpkh(hash160(carol))];
  for (const script of scripts) ring.addScript(script);
  for (const [key, script] of [
    [xOnly(alice), leaf],
    [nobody, leaf],
    [nobody, twoInLeaf],
  ] as const) {
    const output = taprootOutput(key, { script });
    if (output !== undefined) ring.addTaproot(output);
  }
  return ring;
}

function spending(scripts: readonly Uint8Array[]): { tx: Transaction; outputs: readonly TxOut[] } {
  return {
    tx: {
      version: 2,
      inputs: scripts.map((_, vout) => ({
        prevout: { txid: new Uint8Array(32).fill(7) as Txid, vout },
        scriptSig: new Uint8Array(0),
        sequence: 0xfffffffd,
        witness: [],
      })),
      outputs: [{ value: 1000n, scriptPubKey: p2wpkh(hash160(alice)) }],
      lockTime: 0,
    },
    outputs: scripts.map((scriptPubKey, i) => ({ value: 5000n + BigInt(i), scriptPubKey })),
  };
}

describe('whoever has the keys can sign', () => {
  it.each(Object.entries(OUTPUTS))('%s', (_, script) => {
    const { tx, outputs } = spending([script]);
    const signed = signTransaction(tx, outputs, ringOf(0, 1, 2), SIGHASH_DEFAULT);
    expect(signed.errors.size).toBe(0);
    expect(signTransaction(tx, outputs, ringOf(), SIGHASH_DEFAULT).errors.size).toBe(1);
  });

  it('all of them at once, under every hash type', () => {
    const { tx, outputs } = spending(Object.values(OUTPUTS));
    for (const hashType of [0x00, 0x01, 0x02, 0x81, 0x82]) {
      const signed = signTransaction(tx, outputs, ringOf(0, 1, 2), hashType);
      expect([...signed.errors.values()], `hash type ${hashType}`).toEqual([]);
    }
  });

  it('and signs the same each time, in 71 bytes at most', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const privateKey = sha256(seed);
        const ring = new KeyRing();
        ring.addPrivateKey({ privateKey, compressed: true });
        const publicKey = curve.publicKey(privateKey) as Uint8Array;
        const { tx, outputs } = spending([p2wpkh(hash160(publicKey))]);
        const [first, second] = [0, 1].map(() =>
          signTransaction(tx, outputs, ring, SIGHASH_DEFAULT),
        );
        expect(first).toEqual(second);
        expect(first?.tx.inputs[0]?.witness[0]?.length).toBeLessThanOrEqual(71);
      }),
      { numRuns: 20 },
    );
  });
});

describe('several sign one after the other', () => {
  it.each([
    'bare multisig',
    'multisig behind a script hash',
    'multisig behind a witness script hash',
    'multisig behind both',
  ])('%s', (name) => {
    const { tx, outputs } = spending([OUTPUTS[name] as Uint8Array]);
    const byAlice = signTransaction(tx, outputs, ringOf(0), SIGHASH_DEFAULT);
    const byCarol = signTransaction(tx, outputs, ringOf(2), SIGHASH_DEFAULT);
    expect(byAlice.errors.size).toBe(1);
    const whole = signTransaction(byAlice.tx, outputs, ringOf(2), SIGHASH_DEFAULT);
    expect(whole.errors.size).toBe(0);
    expect(combineTransactions([byCarol.tx, byAlice.tx], outputs)).toEqual(whole.tx);
  });
});

describe('what is not signed', () => {
  it('is an input of which nobody knows what it spends; Taproot then cannot be signed elsewhere either', () => {
    const { tx, outputs } = spending([p2wpkh(hash160(alice)), p2tr(xOnly(alice)), p2pk(alice)]);
    const known = [undefined, outputs[1], outputs[2]];
    const { errors } = signTransaction(tx, known, ringOf(0), SIGHASH_DEFAULT);
    expect([...errors]).toEqual([
      [0, { kind: 'unknown-coin' }],
      [1, { kind: 'script', message: 'Witness program was passed an empty witness' }],
    ]);
  });

  it('is an output of an unknown amount, which SegWit would have to sign', () => {
    const { tx, outputs } = spending([p2wpkh(hash160(alice))]);
    const unknown = outputs.map((output) => ({ ...output, value: UNKNOWN_AMOUNT }));
    expect(signTransaction(tx, unknown, ringOf(0), SIGHASH_DEFAULT).errors.get(0)).toEqual({
      kind: 'unknown-amount',
    });
  });

  it('is an input that SINGLE would sign without an output', () => {
    const { tx, outputs } = spending([p2wpkh(hash160(alice)), p2wpkh(hash160(alice))]);
    const { errors } = signTransaction(tx, outputs, ringOf(0), SIGHASH_SINGLE);
    expect([...errors.keys()]).toEqual([1]);
  });

  it('is a witness program by an uncompressed key', () => {
    const long = curve.convertPublicKey(alice, false) as Uint8Array;
    const ring = new KeyRing();
    ring.addPrivateKey({ privateKey: secrets[0] as Uint8Array, compressed: false });
    const { tx, outputs } = spending([p2wpkh(hash160(long)), p2pkh(hash160(long))]);
    const { errors } = signTransaction(tx, outputs, ring, SIGHASH_DEFAULT);
    expect([...errors.keys()]).toEqual([0]);
  });

  it('says what the scripts say', () => {
    const { tx, outputs } = spending([
      p2pkh(hash160(alice)),
      concatBytes(twoOfThree),
      p2wpkh(hash160(alice)),
    ]);
    const { errors } = signTransaction(tx, outputs, ringOf(1), SIGHASH_DEFAULT);
    expect([...errors.values()]).toEqual([
      {
        kind: 'script',
        message: 'Unable to sign input, invalid stack size (possibly missing key)',
      },
      {
        kind: 'script',
        message: 'CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)',
      },
      { kind: 'script', message: 'Witness program hash mismatch' },
    ]);
  });
});
