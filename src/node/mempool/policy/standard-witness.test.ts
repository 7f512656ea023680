import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../protocol/bytes/hex.ts';
import { hash160 } from '../../../protocol/crypto/hash.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { pushBytes } from '../../../protocol/script/build-script.ts';
import {
  p2pkh,
  p2sh,
  p2tr,
  p2wpkh,
  p2wsh,
  witnessOutput,
} from '../../../protocol/script/templates.ts';
import { checkWitnessStandard } from './standard-witness.ts';

const HASH = new Uint8Array(20);
const HASH256 = new Uint8Array(32);

function bytes(...lengths: readonly number[]): Uint8Array[] {
  return lengths.map((length) => new Uint8Array(length));
}

function isStandard(
  scriptPubKey: Uint8Array,
  witness: readonly Uint8Array[],
  scriptSig: Uint8Array = new Uint8Array(0),
): boolean {
  const prevout = { txid: new Uint8Array(32).fill(1) as Txid, vout: 0 };
  const inputs = [{ prevout, scriptSig, sequence: 0, witness }];
  const tx: Transaction = { version: 2, inputs, outputs: [], lockTime: 0 };
  try {
    checkWitnessStandard(tx, [{ value: 1n, scriptPubKey }]);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad-witness-nonstandard', reject: 'witness-mutated' });
    return false;
  }
}

function isStandardWrapped(program: Uint8Array, witness: readonly Uint8Array[]): boolean {
  return isStandard(p2sh(hash160(program)), witness, pushBytes(program));
}

describe('IsWitnessStandard', () => {
  it('asks nothing of inputs without a witness', () => {
    expect(isStandard(p2pkh(HASH), [])).toBe(true);
    expect(isStandard(fromHex('51024e73'), [])).toBe(true);
  });

  it('lets nobody stuff a witness into an input that has no use for one', () => {
    expect(isStandard(p2pkh(HASH), bytes(1))).toBe(false);
    expect(isStandard(p2sh(HASH), bytes(1), pushBytes(p2pkh(HASH)))).toBe(false);
    expect(isStandard(p2sh(HASH), bytes(1))).toBe(false);
    expect(isStandard(p2wpkh(HASH), bytes(71, 33))).toBe(true);
  });

  it('lets nobody stuff a witness into an anchor', () => {
    expect(isStandard(fromHex('51024e73'), bytes(1))).toBe(false);
  });

  describe.each([
    ['bare', isStandard],
    ['behind a hash', isStandardWrapped],
  ])('SegWit v0 scripts, %s', (_, check) => {
    const program = p2wsh(HASH256);

    it('have 3,600 bytes at most', () => {
      expect(check(program, bytes(3_600))).toBe(true);
      expect(check(program, bytes(3_601))).toBe(false);
    });

    it('are given 100 elements at most, each of 80 bytes at most', () => {
      expect(check(program, bytes(...new Array(100).fill(80), 1))).toBe(true);
      expect(check(program, bytes(...new Array(101).fill(1), 1))).toBe(false);
      expect(check(program, bytes(81, 1))).toBe(false);
    });
  });

  it('asks nothing of programs that it does not know, nor of Taproot behind a hash', () => {
    expect(isStandard(witnessOutput(2, HASH256), bytes(10_000))).toBe(true);
    const annexed = [new Uint8Array(64), Uint8Array.of(0x50)];
    expect(isStandardWrapped(p2tr(HASH256), annexed)).toBe(true);
  });

  describe('Taproot', () => {
    const taproot = p2tr(HASH256);
    const control = (leaf: number) => Uint8Array.of(leaf, ...new Uint8Array(32));

    it('is spent by a key with a single element', () => {
      expect(isStandard(taproot, bytes(64))).toBe(true);
      expect(isStandard(taproot, bytes(10_000))).toBe(true);
    });

    it('has no annex', () => {
      expect(isStandard(taproot, [...bytes(64), Uint8Array.of(0x50)])).toBe(false);
      expect(isStandard(taproot, [Uint8Array.of(0x50)])).toBe(true);
    });

    it('gives a Tapscript elements of 80 bytes at most, however many', () => {
      expect(isStandard(taproot, [...bytes(80, 10_000), control(0xc0)])).toBe(true);
      expect(isStandard(taproot, [...bytes(81, 10_000), control(0xc0)])).toBe(false);
      expect(isStandard(taproot, [...bytes(81, 10_000), control(0xc1)])).toBe(false);
      expect(isStandard(taproot, [...bytes(...new Array(500).fill(80), 1), control(0xc0)])).toBe(
        true,
      );
    });

    it('asks nothing of leaf versions that it does not know', () => {
      expect(isStandard(taproot, [...bytes(81, 1), control(0xc2)])).toBe(true);
    });

    it('has a control block that is not empty', () => {
      expect(isStandard(taproot, bytes(1, 0))).toBe(false);
    });
  });
});
