import { MAX_STANDARD_TX_SIGOPS_COST } from './limits.ts';
import { PolicyError } from './policy-error.ts';

/**
 * Refuses a transaction that asks for more than a fifth of the signature checks of a block.
 *
 * @example
 * checkSigopLimit(transactionSigopCost(tx, spentOutputs, STANDARD_SCRIPT_FLAGS))
 *
 * @throws {@link PolicyError} `bad-txns-too-many-sigops`.
 */
export function checkSigopLimit(sigopCost: number): void {
  if (sigopCost > MAX_STANDARD_TX_SIGOPS_COST) {
    throw new PolicyError('bad-txns-too-many-sigops', 'not-standard', String(sigopCost));
  }
}
