import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../bytes/concat.ts';
import { fromHex } from '../../bytes/hex.ts';
import { hash160 } from '../../crypto/hash.ts';
import type { Txid } from '../../primitives/hashes.ts';
import { buildScript } from '../build-script.ts';
import { MANDATORY_SCRIPT_FLAGS, scriptFlags } from '../flags.ts';
import { opcodes } from '../opcodes.ts';
import { ScriptError } from '../script-error.ts';
import { type TapLeaf, type TaprootOutput, type TapTree, taprootOutput } from '../taproot.ts';
import { p2sh, p2tr, witnessOutput } from '../templates.ts';
import { verifyInput } from '../verify-input.ts';
import { isOpSuccess } from './verify-witness.ts';

const { OP_1, OP_NOP, OP_DUP, OP_DROP, OP_CHECKSIG, OP_RESERVED } = opcodes;

const INTERNAL_KEY = fromHex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
const EMPTY = new Uint8Array(0);
const TRUE = Uint8Array.of(1);

interface Spending {
  readonly scriptSig?: Uint8Array;
  readonly flags?: number;
}

/** Whether the witness spends the output: 'ok', or why not. */
function spend(
  scriptPubKey: Uint8Array,
  witness: readonly Uint8Array[],
  { scriptSig = EMPTY, flags = MANDATORY_SCRIPT_FLAGS }: Spending = {},
): string {
  const prevout = { txid: new Uint8Array(32) as Txid, vout: 0 };
  const inputs = [{ prevout, scriptSig, sequence: 0, witness }];
  const outputs = [{ value: 0n, scriptPubKey: EMPTY }];
  try {
    const tx = { version: 2, inputs, outputs, lockTime: 0 };
    verifyInput(tx, 0, [{ value: 1n, scriptPubKey }], flags);
    return 'ok';
  } catch (error) {
    if (error instanceof ScriptError) return error.code;
    throw error;
  }
}

function outputOf(tree: TapTree): TaprootOutput {
  const output = taprootOutput(INTERNAL_KEY, tree);
  if (output === undefined) throw new Error('the generator is a key');
  return output;
}

/** Spends by a Tapscript, or by a leaf of another version, with these elements on the stack. */
function spendLeaf(
  leaf: TapLeaf,
  stack: readonly Uint8Array[] = [],
  behind: readonly Uint8Array[] = [],
  flags?: number,
): string {
  const { outputKey, leaves } = outputOf(leaf);
  const control = leaves[0]?.controlBlock as Uint8Array;
  const options = flags === undefined ? {} : { flags };
  return spend(p2tr(outputKey), [...stack, leaf.script, control, ...behind], options);
}

const repeated = (opcode: number, count: number): Uint8Array => new Uint8Array(count).fill(opcode);

describe('BIP342', () => {
  it('leaves these opcodes for soft forks, and no others', () => {
    const found = Array.from({ length: 256 }, (_, opcode) => opcode).filter(isOpSuccess);
    const listed = [80, 98, 126, 127, 128, 129, 131, 132, 133, 134, 137, 138, 141, 142];
    const later = Array.from({ length: 254 - 187 + 1 }, (_, i) => 187 + i);
    expect(found).toEqual([...listed, 149, 150, 151, 152, 153, ...later]);
  });

  it('lets a script with one of them pass, whatever else is wrong, unless a push before it is', () => {
    const success = Uint8Array.of(OP_RESERVED);
    expect(spendLeaf({ script: success })).toBe('ok');
    expect(spendLeaf({ script: success }, new Array(1_001).fill(new Uint8Array(521)))).toBe('ok');
    expect(spendLeaf({ script: Uint8Array.of(OP_RESERVED, 2, 1) })).toBe('ok');
    expect(spendLeaf({ script: Uint8Array.of(2, OP_RESERVED) })).toBe('BAD_OPCODE');
    const flags = MANDATORY_SCRIPT_FLAGS | scriptFlags('DISCOURAGE_OP_SUCCESS');
    expect(spendLeaf({ script: success }, [], [], flags)).toBe('DISCOURAGE_OP_SUCCESS');
  });

  it('begins with 1,000 elements of 520 bytes at most', () => {
    const dropping = (count: number): TapLeaf => ({ script: repeated(OP_DROP, count - 1) });
    expect(spendLeaf(dropping(1_000), new Array(1_000).fill(TRUE))).toBe('ok');
    expect(spendLeaf(dropping(1_001), new Array(1_001).fill(TRUE))).toBe('STACK_SIZE');
    expect(spendLeaf({ script: EMPTY }, [new Uint8Array(520).fill(1)])).toBe('ok');
    expect(spendLeaf({ script: EMPTY }, [new Uint8Array(521).fill(1)])).toBe('PUSH_SIZE');
  });

  it('allows a signature for every 50 bytes of the witness, and one beyond', () => {
    // A key of an unknown kind takes any signature. The weight of the witness: its count, the
    // signature 2, the control block 34, and the script with its length in front.
    const checks = concatBytes(
      ...new Array(2).fill(buildScript(OP_DUP, fromHex('ff'), OP_CHECKSIG, OP_DROP)),
    );
    const weight = 1 + 2 + 34 + 1 + checks.length;
    const padded = (count: number): TapLeaf => ({
      script: concatBytes(checks, repeated(OP_NOP, count)),
    });
    expect(spendLeaf(padded(50 - weight), [TRUE])).toBe('ok');
    expect(spendLeaf(padded(49 - weight), [TRUE])).toBe('TAPSCRIPT_VALIDATION_WEIGHT');
    // An annex counts as well: its tag, and its length in front.
    expect(spendLeaf(padded(48 - weight), [TRUE], [Uint8Array.of(0x50)])).toBe('ok');
    expect(spendLeaf(padded(48 - weight), [TRUE])).toBe('TAPSCRIPT_VALIDATION_WEIGHT');
  });
});

describe('BIP341', () => {
  it('lets leaves of other versions pass, unless they are discouraged', () => {
    const leaf = { script: Uint8Array.of(2), version: 0xc2 };
    expect(spendLeaf(leaf)).toBe('ok');
    const flags = MANDATORY_SCRIPT_FLAGS | scriptFlags('DISCOURAGE_UPGRADABLE_TAPROOT_VERSION');
    expect(spendLeaf(leaf, [], [], flags)).toBe('DISCOURAGE_UPGRADABLE_TAPROOT_VERSION');
  });

  it('takes an annex for one only behind something else', () => {
    const { outputKey } = outputOf({ script: Uint8Array.of(OP_1) });
    const tagged = Uint8Array.of(0x50);
    expect(spend(p2tr(outputKey), [tagged])).toBe('SCHNORR_SIG_SIZE');
    expect(spend(p2tr(outputKey), [])).toBe('WITNESS_PROGRAM_WITNESS_EMPTY');
    expect(spendLeaf({ script: Uint8Array.of(OP_1) }, [], [tagged])).toBe('ok');
    expect(spendLeaf({ script: Uint8Array.of(OP_1) }, [], [EMPTY])).not.toBe('ok');
  });

  it('reads control blocks of 33 bytes and up to 128 times 32', () => {
    let tree: TapTree = { script: Uint8Array.of(OP_1) };
    for (let depth = 0; depth < 128; depth++) tree = [tree, { script: Uint8Array.of(OP_NOP) }];
    const { outputKey, leaves } = outputOf(tree);
    const script = Uint8Array.of(OP_1);
    const control = leaves[0]?.controlBlock as Uint8Array;
    expect(control).toHaveLength(33 + 128 * 32);
    const verdict = (bytes: Uint8Array): string => spend(p2tr(outputKey), [script, bytes]);
    expect(verdict(control)).toBe('ok');
    const longer = concatBytes(control, new Uint8Array(32));
    for (const wrong of [longer, control.subarray(0, 32), control.subarray(0, 34)]) {
      expect(verdict(wrong)).toBe('TAPROOT_WRONG_CONTROL_SIZE');
    }
    expect(verdict(control.subarray(0, -32))).toBe('WITNESS_PROGRAM_MISMATCH');
  });

  it('begins with its flag, and is nothing behind a script hash', () => {
    const program = p2tr(outputOf({ script: Uint8Array.of(OP_1) }).outputKey);
    expect(spend(program, [], { flags: scriptFlags('P2SH', 'WITNESS') })).toBe('ok');
    const scriptSig = buildScript(program);
    expect(spend(p2sh(hash160(program)), [], { scriptSig })).toBe('ok');
  });
});

it('discourages pay to anchor behind a script hash, where it is a program without a meaning', () => {
  const anchor = witnessOutput(1, fromHex('4e73'));
  const flags = MANDATORY_SCRIPT_FLAGS | scriptFlags('DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM');
  expect(spend(anchor, [], { flags })).toBe('ok');
  expect(spend(p2sh(hash160(anchor)), [], { scriptSig: buildScript(anchor), flags })).toBe(
    'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM',
  );
});
