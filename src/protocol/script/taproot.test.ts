import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { toHex } from '../bytes/hex.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Txid } from '../primitives/hashes.ts';
import type { Transaction } from '../primitives/transaction.ts';
import { buildScript } from './build-script.ts';
import { scriptFlags } from './flags.ts';
import { opcodes } from './opcodes.ts';
import { ScriptError } from './script-error.ts';
import {
  isCommittedTo,
  type TaprootOutput,
  type TapTree,
  tapBranchHash,
  tapLeafHash,
  taprootOutput,
  taprootPrivateKey,
} from './taproot.ts';
import { p2tr } from './templates.ts';
import { verifyInput } from './verify-input.ts';

const { OP_1, OP_0, OP_RESERVED } = opcodes;
const FLAGS = scriptFlags('P2SH', 'WITNESS', 'TAPROOT');
const privateKey = new Uint8Array(32).fill(5);
const internalKey = (curve.publicKey(privateKey) as Uint8Array).subarray(1);

const trees: fc.Arbitrary<TapTree> = fc.letrec<{ tree: TapTree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.uint8Array({ maxLength: 8 }).map((script): TapTree => ({ script })),
    fc.tuple(tie('tree'), tie('tree')),
  ),
})).tree;

function outputOf(tree?: TapTree): TaprootOutput {
  return taprootOutput(internalKey, tree) as TaprootOutput;
}

function verdictOf(outputKey: Uint8Array, witness: readonly Uint8Array[], flags = FLAGS): string {
  const prevout = { txid: new Uint8Array(32) as Txid, vout: 0 };
  const scriptSig = new Uint8Array(0);
  const tx: Transaction = {
    version: 2,
    inputs: [{ prevout, scriptSig, sequence: 0, witness }],
    outputs: [],
    lockTime: 0,
  };
  try {
    verifyInput(tx, 0, [{ value: 1n, scriptPubKey: p2tr(outputKey) }], flags);
    return 'OK';
  } catch (error) {
    if (error instanceof ScriptError) return error.code;
    throw error;
  }
}

describe('taprootOutput', () => {
  it('commits to every leaf of any tree, and proves it', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { outputKey, leaves } = outputOf(tree);
        expect(leaves.length).toBeGreaterThan(0);
        for (const { leafHash, controlBlock } of leaves) {
          expect(isCommittedTo(outputKey, controlBlock, leafHash)).toBe(true);
          expect(isCommittedTo(outputKey, controlBlock, sha256(leafHash))).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is spent by the key that taprootPrivateKey gives', () => {
    for (const tree of [undefined, { script: buildScript(OP_1) }]) {
      const { outputKey, merkleRoot } = outputOf(tree);
      const key = taprootPrivateKey(privateKey, merkleRoot) as Uint8Array;
      expect(toHex((curve.publicKey(key) as Uint8Array).subarray(1))).toBe(toHex(outputKey));
    }
  });

  it('has no output for a key that is no point, and no private key for zero', () => {
    expect(taprootOutput(new Uint8Array(32).fill(255))).toBeUndefined();
    expect(taprootOutput(new Uint8Array(31))).toBeUndefined();
    expect(taprootPrivateKey(new Uint8Array(32))).toBeUndefined();
  });

  it('refuses a tree deeper than a control block can be long', () => {
    const leaf = { script: buildScript(OP_1) };
    let tree: TapTree = leaf;
    for (let depth = 0; depth < 128; depth++) tree = [tree, leaf];
    expect(outputOf(tree).leaves[0]?.controlBlock).toHaveLength(33 + 32 * 128);
    expect(() => outputOf([tree, leaf])).toThrow(EncodeError);
  });
});

describe('BIP341: hashes of the tree', () => {
  it('do not depend on which branch is left', () => {
    const [a, b] = [tapLeafHash(Uint8Array.of(1)), tapLeafHash(Uint8Array.of(2))];
    expect(toHex(tapBranchHash(a, b))).toBe(toHex(tapBranchHash(b, a)));
  });

  it('differ by the version of a leaf', () => {
    expect(toHex(tapLeafHash(Uint8Array.of(1)))).toBe(toHex(tapLeafHash(Uint8Array.of(1), 0xc0)));
    expect(toHex(tapLeafHash(Uint8Array.of(1)))).not.toBe(
      toHex(tapLeafHash(Uint8Array.of(1), 0xc2)),
    );
  });
});

describe('BIP341: spending by a script', () => {
  const scripts = [buildScript(OP_1), buildScript(OP_0), buildScript(OP_RESERVED)] as const;
  const output = outputOf([
    { script: scripts[0] },
    [{ script: scripts[1] }, [{ script: scripts[2] }, { script: scripts[1], version: 0xc2 }]],
  ]);
  const witnessOf = (leaf: number): readonly Uint8Array[] => {
    const { leaf: shown, controlBlock } = output.leaves[leaf] as (typeof output.leaves)[0];
    return [shown.script, controlBlock];
  };

  it('runs the script that is shown, if the output commits to it', () => {
    expect(verdictOf(output.outputKey, witnessOf(0))).toBe('OK');
    expect(verdictOf(output.outputKey, witnessOf(1))).toBe('EVAL_FALSE');
    const [, control] = witnessOf(0) as [Uint8Array, Uint8Array];
    expect(verdictOf(output.outputKey, [scripts[1], control])).toBe('WITNESS_PROGRAM_MISMATCH');
  });

  it('succeeds at an OP_SUCCESS and at a leaf of unknown version, unless that is discouraged', () => {
    expect(verdictOf(output.outputKey, witnessOf(2))).toBe('OK');
    const flags = FLAGS | scriptFlags('DISCOURAGE_OP_SUCCESS');
    expect(verdictOf(output.outputKey, witnessOf(2), flags)).toBe('DISCOURAGE_OP_SUCCESS');
    expect(verdictOf(output.outputKey, witnessOf(3))).toBe('OK');
    const strict = FLAGS | scriptFlags('DISCOURAGE_UPGRADABLE_TAPROOT_VERSION');
    expect(verdictOf(output.outputKey, witnessOf(3), strict)).toBe(
      'DISCOURAGE_UPGRADABLE_TAPROOT_VERSION',
    );
  });

  it('takes an annex off, and only one', () => {
    const annex = Uint8Array.of(0x50, 1, 2);
    expect(verdictOf(output.outputKey, [...witnessOf(0), annex])).toBe('OK');
    expect(verdictOf(output.outputKey, [...witnessOf(0), annex, annex])).not.toBe('OK');
  });

  it('asks for a control block of a length that there is', () => {
    const [script, control] = witnessOf(0) as [Uint8Array, Uint8Array];
    const wrong = [
      control.subarray(0, 32),
      concatBytes(control, Uint8Array.of(0)),
      new Uint8Array(33 + 32 * 129).fill(1),
    ];
    for (const block of wrong) {
      expect(verdictOf(output.outputKey, [script, block])).toBe('TAPROOT_WRONG_CONTROL_SIZE');
    }
    expect(verdictOf(output.outputKey, [])).toBe('WITNESS_PROGRAM_WITNESS_EMPTY');
  });

  it('asks nothing at all before the soft fork', () => {
    expect(verdictOf(output.outputKey, [], scriptFlags('P2SH', 'WITNESS'))).toBe('OK');
  });
});
