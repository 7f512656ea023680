/** The scripts in Taproot's trees: keys are x coordinates, and each has a signature or none. */
import { compareBytes, equalBytes } from '../../bytes/compare.ts';
import { hash160 } from '../../crypto/hash.ts';
import { buildScript } from '../build-script.ts';
import { compileMiniscript } from '../miniscript/compile-miniscript.ts';
import { opcodes } from '../opcodes.ts';
import { encodeScriptNumber } from '../script-number.ts';
import type { LeafDescriptor } from './descriptor.ts';

const { OP_1, OP_CHECKSIG, OP_CHECKSIGADD, OP_DUP, OP_EQUALVERIFY, OP_HASH160, OP_NUMEQUAL } =
  opcodes;

const KEY_LENGTH = 32;
/** A key, the byte that pushes it and the opcode that checks its signature. */
const STEP_LENGTH = 1 + KEY_LENGTH + 1;

export interface MultiA {
  readonly threshold: number;
  readonly keys: readonly Uint8Array[];
}

/**
 * The script of a leaf, of x-only keys in the order of the descriptor.
 *
 * @example
 * leafScript({ kind: 'pk', key }, [xOnlyKey]) // <key> OP_CHECKSIG
 */
export function leafScript(leaf: LeafDescriptor, keys: readonly Uint8Array[]): Uint8Array {
  switch (leaf.kind) {
    case 'pk':
      return buildScript(keys[0] as Uint8Array, OP_CHECKSIG);
    case 'pkh': {
      const hash = hash160(keys[0] as Uint8Array);
      return buildScript(OP_DUP, OP_HASH160, hash, OP_EQUALVERIFY, OP_CHECKSIG);
    }
    case 'multi_a':
      return multiA({ threshold: leaf.threshold, keys });
    case 'sortedmulti_a':
      return multiA({ threshold: leaf.threshold, keys: [...keys].sort(compareBytes) });
    case 'miniscript':
      return compileMiniscript(leaf.node, (index) => keys[index] as Uint8Array);
  }
}

/**
 * The keys and the threshold of a `multi_a` script; undefined for every other script.
 *
 * @example
 * readMultiA(script)?.threshold // 2
 */
export function readMultiA(script: Uint8Array): MultiA | undefined {
  const keys: Uint8Array[] = [];
  let at = 0;
  for (; at + STEP_LENGTH <= script.length; at += STEP_LENGTH) {
    keys.push(script.subarray(at + 1, at + 1 + KEY_LENGTH));
  }
  const threshold = readThreshold(script.subarray(at, -1));
  if (threshold < 1 || threshold > keys.length) return undefined;
  // Written again it shows whether all the opcodes were right, and the pushes short.
  const match = { threshold, keys };
  return equalBytes(multiA(match), script) ? match : undefined;
}

function readThreshold(push: Uint8Array): number {
  const [first = 0, low = 0, high = 0] = push;
  return push.length === 1 ? first - OP_1 + 1 : low + 256 * high;
}

function multiA({ threshold, keys }: MultiA): Uint8Array {
  return buildScript(
    ...keys.flatMap((key, i) => [key, i === 0 ? OP_CHECKSIG : OP_CHECKSIGADD]),
    encodeScriptNumber(threshold),
    OP_NUMEQUAL,
  );
}
