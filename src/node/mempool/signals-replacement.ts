import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { TRUC_VERSION } from './policy/limits.ts';

/** BIP125: an input with this sequence or a lower one announces that its transaction may be replaced. */
const MAX_REPLACEABLE_SEQUENCE = 0xfffffffd;

/**
 * Whether a transaction says that it may be replaced: by a sequence (BIP125), or by its version, of
 * which that is a part (BIP431). Others may be replaced as well, but for nodes that still ask.
 *
 * @example
 * signalsReplacement(entry.tx) || mempool.ancestors(entry).some(({ tx }) => signalsReplacement(tx))
 */
export function signalsReplacement({ version, inputs }: Transaction): boolean {
  if (version === TRUC_VERSION) return true;
  return inputs.some(({ sequence }) => sequence <= MAX_REPLACEABLE_SEQUENCE);
}
