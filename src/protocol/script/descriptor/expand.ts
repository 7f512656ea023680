/** From descriptors to output scripts, and to what spends them. */
import { compareBytes } from '../../bytes/compare.ts';
import { hash160, sha256 } from '../../crypto/hash.ts';
import { HARDENED } from '../../keys/key-path.ts';
import { compileMiniscript } from '../miniscript/compile-miniscript.ts';
import { multisig, p2pk, p2pkh, p2sh, p2tr, p2wpkh, p2wsh } from '../templates.ts';
import { deriveKey, type ExpandedKey } from './derive-key.ts';
import { type Descriptor, type KeyDescriptor, keysOf } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import {
  type ExpandedTaproot,
  expandTaproot,
  type KeyAtIndex,
  xCoordinate,
} from './expand-taproot.ts';
import type { KeyExpression } from './key-expression.ts';

/** A descriptor at one index. */
export interface Expansion {
  /** One; up to four for `combo`. */
  readonly outputs: readonly ExpandedOutput[];
  /** In the order in which the descriptor has them. */
  readonly keys: readonly ExpandedKey[];
}

/** An output script, and the scripts that its spender has to show. */
export interface ExpandedOutput {
  readonly script: Uint8Array;
  readonly redeemScript: Uint8Array | undefined;
  readonly witnessScript: Uint8Array | undefined;
  /** Of `tr` alone: what `rawtr` was made of is not known. */
  readonly taproot: ExpandedTaproot | undefined;
}

/**
 * The scripts and keys of a descriptor at an index. Descriptors without a wildcard are the same at
 * all of them.
 *
 * Paths are walked with private keys where there are some; the expanded keys then have theirs too.
 * Without, a hardened step is an error (`needs-private-key`).
 *
 * @example
 * expandDescriptor(parseDescriptor('wpkh(xpub…/0/*)', mainnet), 5).outputs[0].script // 0014…
 */
export function expandDescriptor(descriptor: Descriptor, index = 0): Expansion {
  if (!Number.isInteger(index) || index < 0 || index >= HARDENED) {
    throw new DescriptorError(
      'bad-index',
      `Index ${index} is out of range: allowed are whole numbers from 0 to ${HARDENED - 1}`,
    );
  }
  const keys = new Map<KeyExpression, ExpandedKey>();
  for (const key of keysOf(descriptor)) keys.set(key, deriveKey(key, index));
  const keyAt: KeyAtIndex = (key) => keys.get(key) as ExpandedKey;
  return { outputs: expandOutputs(descriptor, keyAt), keys: keysOf(descriptor).map(keyAt) };
}

/**
 * The keys of an expansion in the order in which Core learns them: those of a tree's leaves come before its
 * internal key. Of two origins that a key is given the first one stays.
 *
 * @example
 * keysAsLearnt(expandDescriptor(descriptor)).forEach(({ publicKey, origin }) => …)
 */
export function keysAsLearnt({ outputs, keys }: Expansion): readonly ExpandedKey[] {
  return outputs[0]?.taproot === undefined ? keys : [...keys.slice(1), ...keys.slice(0, 1)];
}

function expandOutputs(descriptor: Descriptor, keyAt: KeyAtIndex): readonly ExpandedOutput[] {
  switch (descriptor.kind) {
    case 'sh': {
      const inner = expandSingle(descriptor.inner, keyAt);
      const script = p2sh(hash160(inner.script));
      return [{ ...inner, script, redeemScript: inner.script }];
    }
    case 'wsh': {
      const inner = expandSingle(descriptor.inner, keyAt);
      const script = p2wsh(sha256(inner.script));
      return [{ ...inner, script, witnessScript: inner.script }];
    }
    case 'tr': {
      const taproot = expandTaproot(descriptor, keyAt);
      return [{ ...plain(p2tr(taproot.outputKey)), taproot }];
    }
    case 'multi':
    case 'sortedmulti':
    case 'multi_a':
    case 'sortedmulti_a': {
      const keys = descriptor.keys.map((key) => keyAt(key).publicKey);
      if (descriptor.kind === 'sortedmulti') keys.sort(compareBytes);
      return [plain(multisig(descriptor.threshold, keys))];
    }
    case 'miniscript': {
      const keys = descriptor.keys.map((key) => keyAt(key).publicKey);
      return [plain(compileMiniscript(descriptor.node, (index) => keys[index] as Uint8Array))];
    }
    case 'addr':
    case 'raw':
      return [plain(descriptor.script)];
    default:
      return expandKey(descriptor.kind, keyAt(descriptor.key).publicKey);
  }
}

/** What stands in `sh` or `wsh` has one script. */
function expandSingle(descriptor: Descriptor, keyAt: KeyAtIndex): ExpandedOutput {
  return expandOutputs(descriptor, keyAt)[0] as ExpandedOutput;
}

function expandKey(kind: KeyDescriptor['kind'], publicKey: Uint8Array): readonly ExpandedOutput[] {
  switch (kind) {
    case 'pk':
      return [plain(p2pk(publicKey))];
    case 'pkh':
      return [plain(p2pkh(hash160(publicKey)))];
    case 'wpkh':
      return [plain(p2wpkh(hash160(publicKey)))];
    case 'rawtr':
      return [plain(p2tr(xCoordinate(publicKey)))];
    case 'combo':
      return expandCombo(publicKey);
  }
}

/** BIP384: all that a wallet of old would have watched for the key. */
function expandCombo(publicKey: Uint8Array): readonly ExpandedOutput[] {
  const hash = hash160(publicKey);
  const outputs = [plain(p2pk(publicKey)), plain(p2pkh(hash))];
  if (publicKey.length !== 33) return outputs;
  const witness = plain(p2wpkh(hash));
  const nested = { ...plain(p2sh(hash160(witness.script))), redeemScript: witness.script };
  return [...outputs, witness, nested];
}

function plain(script: Uint8Array): ExpandedOutput {
  return { script, redeemScript: undefined, witnessScript: undefined, taproot: undefined };
}
