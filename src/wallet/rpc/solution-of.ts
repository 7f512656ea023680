import type { Descriptor } from '../../protocol/script/descriptor/descriptor.ts';
import { isSolvable } from '../../protocol/script/descriptor/descriptor.ts';
import { DescriptorError } from '../../protocol/script/descriptor/descriptor-error.ts';
import type { Expansion } from '../../protocol/script/descriptor/expand.ts';
import { inferDescriptor } from '../../protocol/script/descriptor/infer.ts';
import {
  type KnownSolutions,
  knownFrom,
} from '../../protocol/script/descriptor/known-solutions.ts';
import type { ScriptOwner } from '../keys/wallet-keys.ts';
import type { Wallet } from '../wallet.ts';

/** What a wallet knows of a script that is its own. */
export interface Solution {
  readonly known: KnownSolutions;
  /** The script with its keys; undefined where the wallet does not know what it takes to spend it. */
  readonly descriptor: Descriptor | undefined;
}

/**
 * How a script is spent, as far as the wallet knows; undefined for those of others.
 *
 * @example
 * solutionOf(wallet, script)?.descriptor // wpkh([0c5f9a1e/84h/1h/0h/0/0]024a…)
 */
export function solutionOf(
  { state }: Pick<Wallet, 'state'>,
  script: Uint8Array,
): Solution | undefined {
  const owner = state.keys.ownerOf(script);
  if (owner === undefined) return undefined;
  const expansion = expand(state, owner);
  if (expansion === undefined) return undefined;
  const known = knownFrom([expansion]);
  const descriptor = inferDescriptor(script, state.options.chain, known);
  return { known, descriptor: isSolvable(descriptor) ? descriptor : undefined };
}

/** Where the index itself is a hardened step, keys follow from private ones alone: not while they are locked. */
function expand({ keys }: Wallet['state'], { keeper, index }: ScriptOwner): Expansion | undefined {
  try {
    return keeper.expand(index);
  } catch (error) {
    if (!(error instanceof DescriptorError) || error.code !== 'needs-private-key') throw error;
  }
  if (keys.secrets.vault?.isLocked === true) return undefined;
  return keeper.signing(keys.secrets.lookup)(index);
}
