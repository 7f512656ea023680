import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { fromHex } from '../../../protocol/bytes/hex.ts';
import { hash160 } from '../../../protocol/crypto/hash.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { buildScript, pushBytes } from '../../../protocol/script/build-script.ts';
import { opcodes } from '../../../protocol/script/opcodes.ts';
import { p2pkh, p2sh, p2tr, witnessOutput } from '../../../protocol/script/templates.ts';
import { checkInputsStandard } from './standard-inputs.ts';

const { OP_1, OP_15, OP_16, OP_CHECKMULTISIG, OP_CHECKSIG, OP_DROP, OP_NOP, OP_RESERVED } = opcodes;
const HASH = new Uint8Array(20);

function isStandard(scriptPubKey: Uint8Array, scriptSig: Uint8Array = new Uint8Array(0)): boolean {
  const prevout = { txid: new Uint8Array(32).fill(1) as Txid, vout: 0 };
  const tx: Transaction = {
    version: 2,
    inputs: [{ prevout, scriptSig, sequence: 0, witness: [] }],
    outputs: [],
    lockTime: 0,
  };
  try {
    checkInputsStandard(tx, [{ value: 1n, scriptPubKey }]);
    return true;
  } catch (error) {
    expect(error).toMatchObject({
      code: 'bad-txns-nonstandard-inputs',
      reject: 'inputs-not-standard',
    });
    return false;
  }
}

/** Whether an output that pays to the hash of a script is standard to spend. */
function isStandardBehindHash(script: Uint8Array, before: Uint8Array = new Uint8Array(0)): boolean {
  return isStandard(p2sh(hash160(script)), concatBytes(before, pushBytes(script)));
}

describe('AreInputsStandard', () => {
  it('spends what has a form that is known', () => {
    expect(isStandard(p2pkh(HASH))).toBe(true);
    expect(isStandard(p2tr(new Uint8Array(32)))).toBe(true);
    expect(isStandard(fromHex('51024e73'))).toBe(true);
    expect(isStandard(buildScript(OP_1))).toBe(false);
  });

  it('spends no witness program that has no meaning yet', () => {
    expect(isStandard(witnessOutput(2, new Uint8Array(32)))).toBe(false);
    expect(isStandard(witnessOutput(1, new Uint8Array(33)))).toBe(false);
  });

  it('reveals a script of 15 signature checks at most', () => {
    expect(isStandardBehindHash(buildScript(OP_15, OP_CHECKMULTISIG))).toBe(true);
    expect(isStandardBehindHash(buildScript(OP_16, OP_CHECKMULTISIG))).toBe(false);
    const checks = (count: number) => new Uint8Array(count).fill(OP_CHECKSIG);
    expect(isStandardBehindHash(checks(15))).toBe(true);
    expect(isStandardBehindHash(checks(16))).toBe(false);
  });

  it('looks at the last element that is pushed, and at no other', () => {
    const heavy = pushBytes(new Uint8Array(16).fill(OP_CHECKSIG));
    expect(isStandardBehindHash(buildScript(OP_1), heavy)).toBe(true);
    expect(isStandard(p2sh(HASH), concatBytes(heavy, buildScript(OP_1)))).toBe(true);
  });

  it('reveals some script, and fails at nothing before', () => {
    expect(isStandard(p2sh(HASH))).toBe(false);
    expect(isStandardBehindHash(new Uint8Array(520))).toBe(true);
    expect(isStandardBehindHash(new Uint8Array(521))).toBe(false);
    expect(isStandard(p2sh(HASH), fromHex('05ff'))).toBe(false);
    for (const opcode of [OP_NOP, OP_DROP, OP_RESERVED]) {
      expect(isStandardBehindHash(buildScript(OP_1), buildScript(OP_1, opcode))).toBe(false);
    }
    expect(isStandardBehindHash(buildScript(OP_1), new Uint8Array(999).fill(OP_1))).toBe(true);
    expect(isStandardBehindHash(buildScript(OP_1), new Uint8Array(1_000).fill(OP_1))).toBe(false);
  });
});
