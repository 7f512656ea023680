import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import type { Txid } from '../primitives/hashes.ts';
import type { Transaction, TxIn } from '../primitives/transaction.ts';
import { buildScript } from './build-script.ts';
import { scriptFlags } from './flags.ts';
import { opcodes } from './opcodes.ts';
import { countSigops, transactionSigopCost, witnessSigopCount } from './sigops.ts';
import { p2sh, p2tr, p2wpkh, p2wsh } from './templates.ts';

const { OP_0, OP_1, OP_2, OP_16, OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_RESERVED } = opcodes;
const { OP_CHECKMULTISIG, OP_CHECKMULTISIGVERIFY, OP_NOP } = opcodes;
const EMPTY = new Uint8Array(0);
const ALL_FLAGS = scriptFlags('P2SH', 'WITNESS');

describe('countSigops', () => {
  it('counts checks as one and multisigs as twenty', () => {
    const script = buildScript(OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_2, OP_CHECKMULTISIG);
    expect(countSigops(script, false)).toBe(22);
    expect(countSigops(buildScript(OP_CHECKMULTISIGVERIFY), false)).toBe(20);
  });

  it('takes the number before a multisig where it counts accurately, if it is 1 to 16', () => {
    const before = (opcode: number): number =>
      countSigops(buildScript(opcode, OP_CHECKMULTISIG), true);
    expect([OP_1, OP_16].map(before)).toEqual([1, 16]);
    expect([OP_0, OP_RESERVED, OP_NOP].map(before)).toEqual([20, 20, 20]);
    expect(countSigops(fromHex('0111ae'), true)).toBe(20);
  });

  it('does not look into pushes, and ends where one runs over the end', () => {
    expect(countSigops(fromHex('02acac'), false)).toBe(0);
    expect(countSigops(fromHex('ac05acac'), false)).toBe(1);
  });
});

describe('transactionSigopCost', () => {
  const script = buildScript(OP_2, OP_2, OP_CHECKMULTISIG);
  const input = (scriptSig: Uint8Array, witness: readonly Uint8Array[] = []): TxIn => ({
    prevout: { txid: new Uint8Array(32).fill(1) as Txid, vout: 0 },
    scriptSig,
    sequence: 0,
    witness,
  });
  const cost = (scriptPubKey: Uint8Array, spending: TxIn, flags = ALL_FLAGS): number => {
    const tx: Transaction = { version: 2, inputs: [spending], outputs: [], lockTime: 0 };
    return transactionSigopCost(tx, [{ value: 0n, scriptPubKey }], flags);
  };
  const hash20 = new Uint8Array(20);
  const hash32 = new Uint8Array(32);

  it('counts four times what stands in the transaction itself, not what it spends', () => {
    expect(cost(buildScript(OP_CHECKSIG), input(EMPTY))).toBe(0);
    expect(cost(EMPTY, input(buildScript(OP_CHECKSIG)))).toBe(4);
  });

  it('counts four times what a script hash reveals, under P2SH', () => {
    const spending = input(buildScript(OP_0, script));
    expect(cost(p2sh(hash20), spending)).toBe(8);
    expect(cost(p2sh(hash20), spending, 0)).toBe(0);
    expect(cost(p2sh(hash20), input(buildScript(OP_NOP, script)))).toBe(0);
    expect(cost(p2sh(hash20), input(buildScript(script, OP_1)))).toBe(0);
  });

  it('counts once what a witness holds, under WITNESS', () => {
    const inWitness = input(EMPTY, [EMPTY, script]);
    expect(cost(p2wsh(hash32), inWitness)).toBe(2);
    expect(cost(p2wsh(hash32), inWitness, scriptFlags('P2SH'))).toBe(0);
    expect(cost(p2wsh(hash32), input(EMPTY))).toBe(0);
    expect(cost(p2wpkh(hash20), input(EMPTY))).toBe(1);
    expect(cost(p2tr(hash32), inWitness)).toBe(0);
  });

  it('finds the witness program within a script hash', () => {
    const scriptSig = buildScript(p2wsh(hash32));
    expect(cost(p2sh(hash20), input(scriptSig, [script]))).toBe(2);
    expect(witnessSigopCount(scriptSig, p2sh(hash20), [script])).toBe(2);
  });

  it('counts nothing of what a coinbase would spend', () => {
    const coinbase: TxIn = {
      ...input(buildScript(OP_CHECKSIG), [script]),
      prevout: { txid: new Uint8Array(32) as Txid, vout: 0xffffffff },
    };
    expect(cost(p2wsh(hash32), coinbase)).toBe(4);
  });
});
