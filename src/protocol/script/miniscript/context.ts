/** Miniscript means the same in both kinds of witness scripts, but their limits and keys differ. */

/** Within `wsh()`, or in a leaf of `tr()`. */
export type MiniscriptContext = 'wsh' | 'tr';

/** What nodes relay of a witness script. */
const MAX_STANDARD_WSH_SCRIPT = 3600;

/**
 * A leaf has no limit of its own. So that the largest witness fits a transaction of standard weight
 * beside it, Core takes from these 400,000 units: the transaction around one input and one output
 * (378), and a thousand signatures of 66 bytes with the longest control block, lengths included
 * (70,135). The length of the script itself takes 5 more.
 */
const MAX_STANDARD_WEIGHT = 400_000;
const TRANSACTION_WEIGHT = 378;
const MAX_SATISFACTION_WEIGHT = 3 + 1000 * 66 + 3 + 4129;
const MAX_LEAF_SCRIPT = MAX_STANDARD_WEIGHT - TRANSACTION_WEIGHT - MAX_SATISFACTION_WEIGHT - 5;

/** The size of the longest script, in bytes. */
export function maxScriptSize(context: MiniscriptContext): number {
  return context === 'wsh' ? MAX_STANDARD_WSH_SCRIPT : MAX_LEAF_SCRIPT;
}
