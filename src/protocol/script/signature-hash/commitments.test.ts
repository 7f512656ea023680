import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import type { Txid } from '../../primitives/hashes.ts';
import type { Transaction, TxIn, TxOut } from '../../primitives/transaction.ts';
import { segwitV0SignatureHash } from './segwit-v0.ts';
import { Spend } from './spend.ts';
import { SpendError } from './spend-error.ts';
import { taprootSignatureHash } from './taproot.ts';

const ALL = 0x01;
const NONE = 0x02;
const SINGLE = 0x03;
const ANYONECANPAY = 0x80;

const code = Uint8Array.of(0x51);
const input = (n: number): TxIn => ({
  prevout: { txid: new Uint8Array(32).fill(n) as Txid, vout: n },
  scriptSig: new Uint8Array(0),
  sequence: n,
  witness: [],
});
const output = (n: number): TxOut => ({ value: BigInt(n), scriptPubKey: Uint8Array.of(n) });
const tx: Transaction = {
  version: 2,
  inputs: [input(1), input(2), input(3)],
  outputs: [output(4), output(5), output(6)],
  lockTime: 7,
};
const spent = [output(8), output(9), output(10)];

const withInput = (i: number, change: Partial<TxIn>): Transaction => ({
  ...tx,
  inputs: tx.inputs.map((old, at) => (at === i ? { ...old, ...change } : old)),
});
const withOutput = (i: number): Transaction => ({
  ...tx,
  outputs: tx.outputs.map((old, at) => (at === i ? output(99) : old)),
});
const withSpent = (i: number, change: Partial<TxOut>): readonly TxOut[] =>
  spent.map((old, at) => (at === i ? { ...old, ...change } : old));

/** Changes that a signature of input 1 may commit to, each with the outputs that are spent. */
const changes: Readonly<Record<string, readonly [Transaction, readonly TxOut[]]>> = {
  version: [{ ...tx, version: 1 }, spent],
  lockTime: [{ ...tx, lockTime: 8 }, spent],
  ownPrevout: [withInput(1, { prevout: input(9).prevout }), spent],
  ownSequence: [withInput(1, { sequence: 9 }), spent],
  ownAmount: [tx, withSpent(1, { value: 77n })],
  ownScript: [tx, withSpent(1, { scriptPubKey: Uint8Array.of(77) })],
  otherPrevout: [withInput(0, { prevout: input(9).prevout }), spent],
  otherSequence: [withInput(0, { sequence: 9 }), spent],
  otherAmount: [tx, withSpent(0, { value: 77n })],
  otherScript: [tx, withSpent(0, { scriptPubKey: Uint8Array.of(77) })],
  ownOutput: [withOutput(1), spent],
  otherOutput: [withOutput(0), spent],
  scriptSig: [withInput(1, { scriptSig: Uint8Array.of(1) }), spent],
  witness: [withInput(1, { witness: [Uint8Array.of(1)] }), spent],
};

type Hash = (tx: Transaction, spent: readonly TxOut[]) => Uint8Array | undefined;

function committedTo(hash: Hash): string {
  const original = toHex(hash(tx, spent) ?? new Uint8Array(0));
  return Object.keys(changes)
    .filter((name) => {
      const [changedTx, changedSpent] = changes[name] ?? [tx, spent];
      return toHex(hash(changedTx, changedSpent) ?? new Uint8Array(0)) !== original;
    })
    .join(' ');
}

describe('BIP143', () => {
  const commitments = (hashType: number): string =>
    committedTo((changed, outputs) =>
      segwitV0SignatureHash(
        new Spend(changed, outputs),
        1,
        code,
        outputs[1]?.value ?? 0n,
        hashType,
      ),
    );
  const own = 'version lockTime ownPrevout ownSequence ownAmount';

  it('commits to all inputs and outputs under ALL', () => {
    expect(commitments(ALL)).toBe(`${own} otherPrevout otherSequence ownOutput otherOutput`);
  });

  it('leaves out outputs and other sequences under NONE and SINGLE', () => {
    expect(commitments(NONE)).toBe(`${own} otherPrevout`);
    expect(commitments(SINGLE)).toBe(`${own} otherPrevout ownOutput`);
  });

  it('leaves out other inputs under ANYONECANPAY', () => {
    expect(commitments(ALL | ANYONECANPAY)).toBe(`${own} ownOutput otherOutput`);
    expect(commitments(NONE | ANYONECANPAY)).toBe(own);
    expect(commitments(SINGLE | ANYONECANPAY)).toBe(`${own} ownOutput`);
  });

  it('takes any other hash type for ALL, but hashes it as it is', () => {
    expect(commitments(0)).toBe(commitments(ALL));
    const hash = (type: number) =>
      toHex(segwitV0SignatureHash(new Spend(tx, []), 1, code, 1n, type));
    expect(hash(0)).not.toBe(hash(ALL));
  });
});

describe('BIP341', () => {
  const commitments = (hashType: number): string =>
    committedTo((changed, outputs) =>
      taprootSignatureHash(new Spend(changed, outputs), 1, hashType),
    );
  const own = 'version lockTime ownPrevout ownSequence ownAmount ownScript';
  const others = 'otherPrevout otherSequence otherAmount otherScript';

  it('commits to every spent amount and script, and to every sequence', () => {
    expect(commitments(0)).toBe(`${own} ${others} ownOutput otherOutput`);
    expect(commitments(ALL)).toBe(commitments(0));
    expect(commitments(NONE)).toBe(`${own} ${others}`);
    expect(commitments(SINGLE)).toBe(`${own} ${others} ownOutput`);
  });

  it('leaves out other inputs under ANYONECANPAY', () => {
    expect(commitments(ALL | ANYONECANPAY)).toBe(`${own} ownOutput otherOutput`);
    expect(commitments(SINGLE | ANYONECANPAY)).toBe(`${own} ownOutput`);
  });

  it('has no hash for a type that is not defined, nor for SINGLE without an output', () => {
    const spend = new Spend(tx, spent);
    for (const type of [0x04, 0x1f, 0x80, 0x84, 0x41, 0xff]) {
      expect(taprootSignatureHash(spend, 1, type)).toBeUndefined();
    }
    const fewer = new Spend({ ...tx, outputs: tx.outputs.slice(0, 1) }, spent);
    expect(taprootSignatureHash(fewer, 1, SINGLE)).toBeUndefined();
    expect(taprootSignatureHash(fewer, 0, SINGLE)).toBeDefined();
  });

  it('commits to annex, leaf and code separator', () => {
    const hash = (extension: Parameters<typeof taprootSignatureHash>[3]): string =>
      toHex(taprootSignatureHash(new Spend(tx, spent), 1, 0, extension) ?? new Uint8Array(0));
    const leafHash = new Uint8Array(32).fill(1);
    const annexHash = new Uint8Array(32).fill(1);
    const hashes = [
      hash({}),
      hash({ annexHash }),
      hash({ leafHash }),
      hash({ leafHash, annexHash }),
      hash({ leafHash, codeSeparator: 0 }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash({ leafHash, codeSeparator: 0xffffffff })).toBe(hash({ leafHash }));
  });

  it('needs every spent output, or under ANYONECANPAY its own', () => {
    const partial = new Spend(tx, spent.slice(0, 2));
    expect(() => taprootSignatureHash(partial, 1, 0)).toThrow(SpendError);
    expect(taprootSignatureHash(partial, 1, ALL | ANYONECANPAY)).toBeDefined();
    expect(() => taprootSignatureHash(partial, 2, ALL | ANYONECANPAY)).toThrow(SpendError);
    expect(() => taprootSignatureHash(partial, 3, 0)).toThrow('no input 3: they go from 0 to 2');
  });
});
