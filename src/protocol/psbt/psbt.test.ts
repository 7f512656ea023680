import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { hash160, sha256 } from '../crypto/hash.ts';
import type { Txid } from '../primitives/hashes.ts';
import type { Transaction, TxOut } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { STANDARD_SCRIPT_FLAGS } from '../script/flags.ts';
import { KeyRing, NO_SIGNING_PROVIDER } from '../script/sign/signing-provider.ts';
import { SIGHASH_ALL } from '../script/signature-hash/hash-type.ts';
import { taprootOutput } from '../script/taproot.ts';
import { multisig, p2pk, p2pkh, p2sh, p2tr, p2wpkh, p2wsh } from '../script/templates.ts';
import { verifyInput } from '../script/verify-input.ts';
import { analyzePsbt } from './analyze-psbt.ts';
import { combinePsbts } from './combine-psbts.ts';
import { decodePsbt, parsePsbt } from './decode-psbt.ts';
import { encodePsbt, formatPsbt } from './encode-psbt.ts';
import { joinPsbts } from './join-psbts.ts';
import { createPsbt, type Psbt } from './psbt.ts';
import { PsbtError, type PsbtErrorCode } from './psbt-error.ts';
import { extractTransaction, finalizePsbt } from './sign-psbt.ts';
import { updatePsbt } from './update-psbt.ts';

const secrets = [1, 2, 3].map((n) => new Uint8Array(32).fill(n));
const publicKeys = secrets.map((secret) => curve.publicKey(secret) as Uint8Array);
const [alice, bob] = publicKeys as [Uint8Array, Uint8Array];
const twoOfThree = multisig(2, publicKeys);
const origin = { fingerprint: fromHex('d34db33f'), path: [0x80000054, 7] };
const tree = taprootOutput(alice.subarray(1), { script: p2pk(bob) });
const taprootKey = tree?.outputKey ?? new Uint8Array(32);

const SPENT: readonly TxOut[] = [
  p2wsh(sha256(twoOfThree)),
  p2sh(hash160(twoOfThree)),
  p2sh(hash160(p2wpkh(hash160(alice)))),
  p2pkh(hash160(bob)),
  p2tr(taprootKey),
].map((scriptPubKey) => ({ value: 10_000n, scriptPubKey }));

const funding: Transaction = {
  version: 2,
  inputs: [
    {
      prevout: { txid: new Uint8Array(32).fill(1) as Txid, vout: 0 },
      scriptSig: new Uint8Array(0),
      sequence: 0,
      witness: [],
    },
  ],
  outputs: SPENT,
  lockTime: 0,
};

function spending(...vouts: readonly number[]): Transaction {
  const inputs = vouts.map((vout) => ({
    prevout: { txid: txid(funding), vout },
    scriptSig: new Uint8Array(0),
    sequence: 0xfffffffd,
    witness: [],
  }));
  return {
    version: 2,
    inputs,
    outputs: [{ value: 9_000n, scriptPubKey: p2wpkh(hash160(bob)) }],
    lockTime: 0,
  };
}

function ringOf(...who: readonly number[]): KeyRing {
  const ring = new KeyRing();
  for (const i of who) {
    ring.addPrivateKey({ privateKey: secrets[i] as Uint8Array, compressed: true });
  }
  for (const publicKey of publicKeys) ring.addPublicKey(publicKey, origin);
  ring.addScript(twoOfThree);
  ring.addScript(p2wpkh(hash160(alice)));
  if (tree !== undefined) ring.addTaproot(tree);
  return ring;
}

function update(psbt: Psbt, ring: KeyRing, finalize = false): Psbt {
  const found = psbt.inputs.map(() => ({ tx: funding }));
  return updatePsbt(psbt, found, ring, { hashType: SIGHASH_ALL, finalize });
}

describe('from nothing to a transaction', () => {
  const created = createPsbt(spending(0, 1, 2, 3));
  const updated = update(created, ringOf());
  const byAlice = update(updated, ringOf(0));
  const byBob = update(updated, ringOf(1));

  it('goes through the hands of all', () => {
    const passed = [byAlice, byBob].map((psbt) => parsePsbt(formatPsbt(psbt))) as [Psbt, Psbt];
    expect(finalizePsbt(byAlice).complete).toBe(false);
    const { psbt, complete } = finalizePsbt(combinePsbts(passed));
    expect(complete).toBe(true);
    const tx = extractTransaction(parsePsbt(formatPsbt(psbt)));
    for (const i of tx.inputs.keys()) {
      expect(() => verifyInput(tx, i, SPENT.slice(0, 4), STANDARD_SCRIPT_FLAGS)).not.toThrow();
    }
  });

  it('tells at each step whose turn it is', () => {
    const steps = [created, updated, byAlice, combinePsbts([byAlice, byBob])];
    expect(steps.map((psbt) => analyzePsbt(psbt).next)).toEqual([
      'updater',
      'signer',
      'signer',
      'finalizer',
    ]);
    const final = finalizePsbt(combinePsbts([byAlice, byBob])).psbt;
    const { inputs, next, fee } = analyzePsbt(final);
    expect([next, fee]).toEqual(['extractor', 31_000n]);
    expect(inputs.every(({ isFinal }) => isFinal)).toBe(true);
  });

  it('tells how large it will be, before it is signed', () => {
    const expected = analyzePsbt(updated).vsize ?? 0;
    const tx = extractTransaction(finalizePsbt(combinePsbts([byAlice, byBob])).psbt);
    const size = encodePsbt(createPsbt(tx)).length;
    expect(expected).toBeGreaterThan(size);
    expect(expected).toBeLessThan(1_000);
  });

  it('puts down where keys come from, of what is spent and what is paid', () => {
    expect(updated.inputs[0]?.keyPaths).toHaveLength(3);
    expect(updated.inputs[0]?.witnessScript).toEqual(twoOfThree);
    expect(updated.inputs[1]?.redeemScript).toEqual(twoOfThree);
    expect(updated.outputs[0]?.keyPaths).toEqual([{ publicKey: bob, origin }]);
  });

  it('finalizes nothing twice', () => {
    const { psbt } = finalizePsbt(combinePsbts([byAlice, byBob]));
    expect(finalizePsbt(psbt)).toEqual({ psbt, complete: true });
  });
});

describe('Taproot', () => {
  it('is signed by key, and its earlier transaction is dropped', () => {
    const updated = update(createPsbt(spending(4)), ringOf());
    expect(updated.inputs[0]?.tapInternalKey).toEqual(alice.subarray(1));
    expect(updated.inputs[0]?.nonWitnessUtxo).toBeUndefined();
    expect(updated.inputs[0]?.tapScripts).toHaveLength(1);
    const signed = update(updated, ringOf(0));
    expect(signed.inputs[0]?.tapKeySignature).toHaveLength(65);
    expect(finalizePsbt(parsePsbt(formatPsbt(signed))).complete).toBe(true);
  });

  it('tells the tree of an output', () => {
    const tx = { ...spending(0), outputs: [{ value: 1n, scriptPubKey: p2tr(taprootKey) }] };
    const updated = parsePsbt(formatPsbt(update(createPsbt(tx), ringOf())));
    expect(updated.outputs[0]?.tapTree).toEqual([{ depth: 0, version: 0xc0, script: p2pk(bob) }]);
  });
});

describe('an output by itself', () => {
  it('is not signed for where its amount would not be', () => {
    const psbt = createPsbt(spending(3));
    const [input] = psbt.inputs;
    const alone: Psbt = {
      ...psbt,
      inputs: [{ ...(input as Psbt['inputs'][number]), witnessUtxo: SPENT[3] }],
    };
    const found = [{}];
    const options = { hashType: SIGHASH_ALL, finalize: true };
    expect(updatePsbt(alone, found, ringOf(1), options).inputs).toEqual(alone.inputs);
    expect(updatePsbt(psbt, [{ output: SPENT[3] }], ringOf(1), options).inputs).toEqual(
      psbt.inputs,
    );
  });
});

describe('joining', () => {
  const reversed = <T>(items: readonly T[]): readonly T[] => items.toReversed();

  it('puts inputs and outputs together, without signatures', () => {
    const a = update(createPsbt({ ...spending(0), version: 1, lockTime: 9 }), ringOf(0));
    const b = createPsbt({ ...spending(1), lockTime: 5 });
    const joined = joinPsbts([a, b], reversed);
    expect(joined.tx.inputs.map(({ prevout }) => prevout.vout)).toEqual([1, 0]);
    expect([joined.tx.version, joined.tx.lockTime]).toEqual([2, 5]);
    expect(joined.inputs[1]?.partialSignatures).toEqual([]);
    expect(joined.inputs[1]?.witnessScript).toEqual(twoOfThree);
  });

  it('refuses an input that is in two of them', () => {
    const psbt = createPsbt(spending(0));
    expect(() => joinPsbts([psbt, psbt], reversed)).toThrow(
      /^Input [0-9a-f]{64}:0 exists in multiple PSBTs$/,
    );
  });
});

describe('reading', () => {
  const head = `70736274ff0100${'0a'}02000000000000000000`;

  it.each<[hex: string, code: PsbtErrorCode, message: string]>([
    ['', 'end-of-data', 'DataStream::read(): end of data: iostream error'],
    ['70736274fe00', 'bad-magic', 'Invalid PSBT magic bytes: iostream error'],
    [
      '70736274ff',
      'bad-structure',
      'Separator is missing at the end of the global map: iostream error',
    ],
    ['70736274ff00', 'bad-structure', 'No unsigned transaction was provided: iostream error'],
    [`${head}0000`, 'trailing-bytes', 'extra data after PSBT'],
    [
      `${head}01fb040100000000`,
      'unsupported-version',
      'Unsupported version number: iostream error',
    ],
    [
      `${head}01000a02000000000000000000`,
      'duplicate-key',
      'Duplicate Key, unsigned tx already provided: iostream error',
    ],
    [
      `${head}02aa000002aa000000`,
      'duplicate-key',
      'Duplicate Key, key for unknown value already provided: iostream error',
    ],
    [`${head}01fc00`, 'end-of-data', 'SpanReader::read(): end of data: iostream error'],
  ])('of %s says %s: %s', (hex, code, message) => {
    expect(() => decodePsbt(fromHex(hex))).toThrow(new PsbtError(code, message));
  });

  it('takes no text that is not Base64', () => {
    for (const text of ['xx', 'cHNidP8', ' cHNidP8=', 'cHNidP9=']) {
      expect(() => parsePsbt(text)).toThrow('invalid base64');
    }
  });

  it('keeps what it does not know, in order', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    // Types from 0x80 on, below the two that have a meaning.
    const key = bytes.map((rest) =>
      concatBytes(Uint8Array.of(0x80 + ((rest[0] ?? 0) & 0x3f)), rest),
    );
    const field = fc.record({ key, value: fc.uint8Array({ maxLength: 300 }) });
    const fields = fc.uniqueArray(field, { selector: ({ key: name }) => toHex(name) });
    fc.assert(
      fc.property(fields, fields, fields, (global, input, output) => {
        const blank = createPsbt(spending(0));
        const psbt: Psbt = {
          ...blank,
          unknown: global,
          inputs: blank.inputs.map((one) => ({ ...one, unknown: input })),
          outputs: blank.outputs.map((one) => ({ ...one, unknown: output })),
        };
        const read = decodePsbt(encodePsbt(psbt));
        expect(read.unknown).toHaveLength(global.length);
        expect(decodePsbt(encodePsbt(read))).toEqual(read);
        expect(encodePsbt(combinePsbts([read, read]))).toEqual(encodePsbt(read));
      }),
      { numRuns: 50 },
    );
  });

  it('of damaged bytes fails in words, or not at all', () => {
    const whole = encodePsbt(update(createPsbt(spending(0, 1, 2, 3, 4)), ringOf(0, 1)));
    const place = fc.nat({ max: whole.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
        const damaged = cut ? whole.slice(0, at) : whole.slice();
        if (!cut) damaged[at] = (damaged[at] as number) ^ change;
        try {
          const psbt = decodePsbt(damaged);
          analyzePsbt(psbt);
          finalizePsbt(psbt);
        } catch (error) {
          expect(error).toBeInstanceOf(PsbtError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('what can never be a transaction is told', () => {
  const psbt = createPsbt(spending(0));
  const withUtxo = (utxo: TxOut): Psbt => ({
    ...psbt,
    inputs: psbt.inputs.map((input) => ({ ...input, witnessUtxo: utxo })),
  });
  const errors = [
    withUtxo({ value: -5n, scriptPubKey: p2pk(alice) }),
    withUtxo({ value: 5n, scriptPubKey: fromHex('6a') }),
    {
      ...withUtxo({ value: 5n, scriptPubKey: p2wpkh(hash160(alice)) }),
      tx: { ...psbt.tx, outputs: [{ value: -1n, scriptPubKey: p2pk(alice) }] },
    },
  ].map((one) => analyzePsbt(one));
  expect(errors.map(({ error }) => error)).toEqual([
    'PSBT is not valid. Input 0 has invalid value',
    'PSBT is not valid. Input 0 spends unspendable output',
    'PSBT is not valid. Output amount invalid',
  ]);
  expect(errors.every(({ next, inputs }) => next === 'creator' && inputs.length === 0)).toBe(true);
  expect(NO_SIGNING_PROVIDER.script(hash160(alice))).toBeUndefined();
});
