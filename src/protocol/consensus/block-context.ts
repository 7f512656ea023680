/** The rules of a block that depend on where in the chain it stands, but not on coins. */
import { equalBytes } from '../bytes/compare.ts';
import type { ConsensusParams, TransactionCountLimits } from '../params/chain-params.ts';
import { type Block, blockWeight } from '../primitives/block.ts';
import type { Transaction, TxIn } from '../primitives/transaction.ts';
import { pushNumber } from '../script/build-script.ts';
import { MAX_BLOCK_WEIGHT } from './limits.ts';
import { isFinalTx } from './lock-time.ts';
import { RuleError } from './rule-error.ts';
import { checkWitnessCommitment } from './witness-commitment.ts';

export interface BlockContext {
  readonly height: number;
  /** The median time past of the block before. */
  readonly previousMedianTimePast: number;
}

export type BlockContextParams = Pick<
  ConsensusParams,
  'buried' | 'blockTransactions' | 'coinbaseMaturity'
>;

/**
 * Checks a block against its ancestors. It must have passed {@link checkBlockSanity}; the first
 * block of a chain is not checked at all.
 *
 * @example
 * checkBlockContext(block, { height: 1, previousMedianTimePast: genesis.header.time }, params)
 *
 * @throws {@link RuleError}
 */
export function checkBlockContext(
  block: Block,
  context: BlockContext,
  params: BlockContextParams,
): void {
  const { height, previousMedianTimePast } = context;
  const { buried } = params;
  // BIP113 took the clock of lock times out of the hands of the miner who wants the fees.
  const time = height >= buried.csv ? previousMedianTimePast : block.header.time;
  if (!block.transactions.every((tx) => isFinalTx(tx, height, time))) {
    throw new RuleError('bad-txns-nonfinal', 'invalid', 'non-final transaction');
  }
  if (height >= buried.bip34) checkCoinbaseHeight(block, height);
  checkWitnessCommitment(block, height >= buried.segwit);
  // Only now: the coinbase's witness is in no hash, and a stranger could fill it to be too heavy.
  if (blockWeight(block) > MAX_BLOCK_WEIGHT) {
    const details = 'ContextualCheckBlock : weight limit failed';
    throw new RuleError('bad-blk-weight', 'invalid', details);
  }
  checkTransactionCount(block.transactions.length, height, params);
}

/** BIP34: it makes every coinbase, and through it every transaction, different from all before. */
function checkCoinbaseHeight(block: Block, height: number): void {
  const { scriptSig } = (block.transactions[0] as Transaction).inputs[0] as TxIn;
  const expected = pushNumber(height);
  if (!equalBytes(scriptSig.subarray(0, expected.length), expected)) {
    throw new RuleError('bad-cb-height', 'invalid', 'block height mismatch in coinbase');
  }
}

/**
 * How many transactions a block of a custom chain must and may have, its coinbase counted, as in
 * `nTx` everywhere. Until the first coinbase has matured there may be nothing to spend, so that
 * blocks up to that height may have fewer: a chain whose blocks need two could not begin otherwise.
 * From then on there is always a coin, and a miner short of payments can pay itself.
 */
export function transactionCountLimits(
  height: number,
  params: Pick<BlockContextParams, 'blockTransactions' | 'coinbaseMaturity'>,
): TransactionCountLimits {
  const { min, max } = params.blockTransactions ?? { min: 1, max: Number.POSITIVE_INFINITY };
  return { min: height <= params.coinbaseMaturity ? 1 : min, max };
}

function checkTransactionCount(count: number, height: number, params: BlockContextParams): void {
  if (params.blockTransactions === undefined) return;
  const { min, max } = transactionCountLimits(height, params);
  if (count >= min && count <= max) return;
  const details = `${count} transactions with the coinbase, allowed are ${min} to ${max}`;
  throw new RuleError('bad-blk-txcount', 'invalid', details);
}
