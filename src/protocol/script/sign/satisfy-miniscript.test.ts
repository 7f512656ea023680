import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { toHex } from '../../bytes/hex.ts';
import { hash160, ripemd160, sha256, sha256d } from '../../crypto/hash.ts';
import type { Txid } from '../../primitives/hashes.ts';
import type { Transaction } from '../../primitives/transaction.ts';
import { compileMiniscript } from '../miniscript/compile-miniscript.ts';
import type { MiniscriptContext } from '../miniscript/context.ts';
import { parseMiniscript } from '../miniscript/parse-miniscript.ts';
import { SIGHASH_ALL, SIGHASH_DEFAULT } from '../signature-hash/hash-type.ts';
import { taprootOutput } from '../taproot.ts';
import { p2tr, p2wsh } from '../templates.ts';
import { produceSignature } from './produce-signature.ts';
import { inputSigner } from './signature-creator.ts';
import { emptySignatureData } from './signature-data.ts';
import { KeyRing } from './signing-provider.ts';
import { spentCoins } from './spent-coins.ts';

const NAMES = ['A', 'B', 'C'];
const secrets = NAMES.map((_, i) => new Uint8Array(32).fill(i + 1));
const publicKeys = secrets.map((secret) => curve.publicKey(secret) as Uint8Array);
const preimage = new Uint8Array(32).fill(5);
const unknownKey = (curve.publicKey(new Uint8Array(32).fill(9)) as Uint8Array).subarray(1);

interface Means {
  /** Whose private keys are there. */
  readonly keys: string;
  readonly knowsPreimage?: boolean;
  readonly sequence?: number;
  readonly lockTime?: number;
}

/** The witness of an input whose script is this miniscript, if it can be had; the scripts have been run. */
function witnessOf(
  text: string,
  context: MiniscriptContext,
  { keys, knowsPreimage = false, sequence = 0xfffffffe, lockTime = 0 }: Means,
): readonly Uint8Array[] | undefined {
  const root = parseMiniscript(text, context, (name) => {
    const key = publicKeys[NAMES.indexOf(name)] as Uint8Array;
    return context === 'tr' ? key.subarray(1) : key;
  });
  if (root === undefined) throw new Error(`${text} is no miniscript`);
  const script = compileMiniscript(root, (key) => key);
  const ring = new KeyRing();
  for (const [i, name] of NAMES.entries()) {
    ring.addPublicKey(publicKeys[i] as Uint8Array);
    const isThere = keys.includes(name);
    if (isThere) ring.addPrivateKey({ privateKey: secrets[i] as Uint8Array, compressed: true });
  }
  ring.addScript(script);
  const taproot = context === 'tr' ? taprootOutput(unknownKey, { script }) : undefined;
  if (taproot !== undefined) ring.addTaproot(taproot);
  const scriptPubKey = taproot === undefined ? p2wsh(sha256(script)) : p2tr(taproot.outputKey);
  const output = { value: 5_000n, scriptPubKey };
  const tx: Transaction = {
    version: 2,
    inputs: [
      {
        ...{ scriptSig: new Uint8Array(0), sequence, witness: [] },
        prevout: { txid: new Uint8Array(32).fill(7) as Txid, vout: 0 },
      },
    ],
    outputs: [output],
    lockTime,
  };
  const data = emptySignatureData();
  if (knowsPreimage) {
    data.preimages.sha256.set(sha256(preimage), preimage);
    data.preimages.hash256.set(sha256d(preimage), preimage);
    data.preimages.ripemd160.set(ripemd160(preimage), preimage);
    data.preimages.hash160.set(hash160(preimage), preimage);
  }
  const hashType = context === 'tr' ? SIGHASH_DEFAULT : SIGHASH_ALL;
  const signer = inputSigner(spentCoins(tx, [output]), 0, output, hashType);
  return produceSignature(ring, signer, scriptPubKey, data) ? data.scriptWitness : undefined;
}

const hash = toHex(sha256(preimage));
const short = toHex(hash160(preimage));

describe.each<MiniscriptContext>(['wsh', 'tr'])('a miniscript within %s', (context) => {
  it.each<[text: string, enough: Means, tooLittle: Means]>([
    ['and_v(v:pk(A),pk(B))', { keys: 'AB' }, { keys: 'A' }],
    ['and_b(pk(A),s:pk(B))', { keys: 'AB' }, { keys: 'B' }],
    ['or_b(pk(A),s:pk(B))', { keys: 'B' }, { keys: 'C' }],
    ['or_d(pk(A),pkh(B))', { keys: 'B' }, { keys: 'C' }],
    ['or_i(pk(A),pk(B))', { keys: 'A' }, { keys: 'C' }],
    ['t:or_c(pk(A),v:pk(B))', { keys: 'B' }, { keys: 'C' }],
    ['andor(pk(A),pk(B),pk(C))', { keys: 'C' }, { keys: 'A' }],
    ['thresh(2,pk(A),s:pk(B),s:pk(C))', { keys: 'AC' }, { keys: 'B' }],
    ['and_v(v:pk(A),older(10))', { keys: 'A', sequence: 10 }, { keys: 'A', sequence: 9 }],
    ['and_v(v:pk(A),after(500))', { keys: 'A', lockTime: 500 }, { keys: 'A', lockTime: 499 }],
    [`and_v(v:pk(A),sha256(${hash}))`, { keys: 'A', knowsPreimage: true }, { keys: 'A' }],
    [`and_v(v:pk(A),hash160(${short}))`, { keys: 'A', knowsPreimage: true }, { keys: 'A' }],
    ['or_d(pk(A),and_v(v:pk(B),older(5)))', { keys: 'B', sequence: 5 }, { keys: 'B', sequence: 4 }],
    [
      `andor(pk(A),or_i(and_v(v:pkh(B),hash160(${short})),older(1008)),pk(C))`,
      { keys: 'AB', knowsPreimage: true },
      { keys: 'AB' },
    ],
  ])('%s', (text, enough, tooLittle) => {
    expect(witnessOf(text, context, enough)).toBeDefined();
    expect(witnessOf(text, context, tooLittle)).toBeUndefined();
  });

  it('takes the smaller of two ways', () => {
    const both = witnessOf('or_d(pk(A),and_v(v:pk(B),older(5)))', context, {
      keys: 'AB',
      sequence: 5,
    });
    const one = witnessOf('or_d(pk(A),and_v(v:pk(B),older(5)))', context, { keys: 'A' });
    expect(both?.length).toBe(one?.length);
  });

  it('takes no way that others could change', () => {
    // Whoever sees it could leave the preimage out and take the other side.
    const text = `and_v(v:pk(A),or_i(sha256(${hash}),older(5)))`;
    const means = { keys: 'A', knowsPreimage: true, sequence: 5 };
    expect(witnessOf(text, context, means)).toBeUndefined();
  });
});

it('signatures of a multisig stand in the order of their keys', () => {
  const text = 'or_d(multi(2,A,B,C),and_v(v:pk(A),older(5)))';
  expect(witnessOf(text, 'wsh', { keys: 'AC' })).toHaveLength(4);
  expect(witnessOf(text, 'wsh', { keys: 'C' })).toBeUndefined();
  const leaf = 'or_d(multi_a(2,A,B,C),and_v(v:pk(A),older(5)))';
  expect(witnessOf(leaf, 'tr', { keys: 'AC' })).toHaveLength(5);
});
