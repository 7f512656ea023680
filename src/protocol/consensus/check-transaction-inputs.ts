import type { ConsensusParams } from '../params/chain-params.ts';
import { isMoney } from '../primitives/amount.ts';
import type { Transaction } from '../primitives/transaction.ts';
import { type Coin, isMature, valueOut } from './coin.ts';
import { formatMoney } from './format-money.ts';
import { RuleError } from './rule-error.ts';

/**
 * Checks what a transaction takes from the coins that it spends, and answers with its fee.
 *
 * It is a rule of blocks and of the mempool alike, which is why a coin's value is looked at again
 * although the block that made it was checked.
 *
 * @param coins What each input spends, in their order.
 * @param height Of the block that the transaction is in, or would be.
 *
 * @example
 * const fee = checkTransactionInputs(tx, coins, 120, params);
 */
export function checkTransactionInputs(
  tx: Transaction,
  coins: readonly Coin[],
  height: number,
  params: Pick<ConsensusParams, 'coinbaseMaturity'>,
): bigint {
  let valueIn = 0n;
  for (const coin of coins) {
    if (!isMature(coin, height, params)) {
      const details = `tried to spend coinbase at depth ${height - coin.height}`;
      throw new RuleError('bad-txns-premature-spend-of-coinbase', 'invalid', details);
    }
    const { value } = coin.output;
    valueIn += value;
    if (!isMoney(value) || !isMoney(valueIn)) {
      throw new RuleError('bad-txns-inputvalues-outofrange', 'invalid');
    }
  }
  const paid = valueOut(tx);
  if (valueIn < paid) {
    const details = `value in (${formatMoney(valueIn)}) < value out (${formatMoney(paid)})`;
    throw new RuleError('bad-txns-in-belowout', 'invalid', details);
  }
  const fee = valueIn - paid;
  if (!isMoney(fee)) throw new RuleError('bad-txns-fee-outofrange', 'invalid');
  return fee;
}

/** An input of which there is no coin: spent already, or never made. */
export function missingCoin(): RuleError {
  const details = 'CheckTxInputs: inputs missing/spent';
  return new RuleError('bad-txns-inputs-missingorspent', 'invalid', details);
}
