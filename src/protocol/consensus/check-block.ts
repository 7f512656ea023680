/** The rules of a block that can be checked by looking at the block alone. */
import { equalBytes } from '../bytes/compare.ts';
import { toReversedHex } from '../bytes/hex.ts';
import type { ConsensusParams } from '../params/chain-params.ts';
import { main } from '../params/main.ts';
import { type Block, strippedBlockSize } from '../primitives/block.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { BlockHeader } from '../primitives/block-header.ts';
import { blockMerkleRoot } from '../primitives/merkle-tree.ts';
import { meetsTarget } from '../primitives/target.ts';
import { isCoinbase, strippedTxSize, type Transaction } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { legacySigopCount } from '../script/sigops.ts';
import { checkTransactionSanity } from './check-transaction.ts';
import { MAX_BLOCK_SIGOPS_COST, MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from './limits.ts';
import { RuleError } from './rule-error.ts';
import { checkSignetSolution } from './signet.ts';
import { checkWitnessCommitment } from './witness-commitment.ts';

/** The few parameters of a chain that a block by itself is held to. */
export type BlockSanityParams = Pick<ConsensusParams, 'powLimit' | 'signetChallenge'>;

/** What a block template, which nobody has mined yet, cannot pass. Both are checked by default. */
export interface BlockSanityChecks {
  /** Proof of work, and a signet's signature. */
  readonly proofOfWork?: boolean;
  readonly merkleRoot?: boolean;
}

/**
 * Checks all that can be said of a block without knowing any other. A block that passes may still
 * be wrong in its place: {@link checkBlockContext} and {@link connectBlock} come after.
 *
 * @example
 * checkBlockSanity(decodeBlock(bytes)) // nothing, or throws a RuleError
 * checkBlockSanity(template, regtest.consensus, { proofOfWork: false })
 *
 * @param params Those of Bitcoin's main network where none are given.
 * @throws {@link RuleError} with Bitcoin Core's reason, such as `bad-txnmrklroot`.
 */
export function checkBlockSanity(
  block: Block,
  params: BlockSanityParams = main.consensus,
  checks: BlockSanityChecks = {},
): void {
  if (checks.proofOfWork !== false) {
    checkHeaderSanity(block.header, params);
    checkSignetSolution(block, params);
  }
  if (checks.merkleRoot !== false) checkMerkleRoot(block);
  checkSize(block);
  checkCoinbases(block.transactions);
  for (const tx of block.transactions) checkTransactionIn(tx);
  checkLegacySigops(block.transactions);
}

/**
 * Checks all that can be said of a header by itself: its hash is below the target that it names.
 *
 * @example
 * checkHeaderSanity(block.header, main.consensus)
 */
export function checkHeaderSanity(
  header: BlockHeader,
  params: Pick<ConsensusParams, 'powLimit'>,
): void {
  if (!meetsTarget(blockHash(header), header.bits, params.powLimit)) {
    throw new RuleError('high-hash', 'invalid', 'proof of work failed');
  }
}

/**
 * Whether these bytes cannot be what was mined under the header's hash, so that they say nothing
 * about that block and another peer may have the right ones. `checkWitnesses` asks for the witness
 * commitment too, which holds from SegWit's height on.
 */
export function isBlockMutated(block: Block, checkWitnesses: boolean): boolean {
  const [first] = block.transactions;
  const { root, mutated } = blockMerkleRoot(block);
  if (mutated || !equalBytes(root, block.header.merkleRoot)) return true;
  if (first === undefined || !isCoinbase(first)) {
    // Two hashes side by side in the tree are 64 bytes, and can be made to look like a transaction.
    // A list of such pretenders has the root of the block that it was made from.
    return block.transactions.some((tx) => strippedTxSize(tx) === 64);
  }
  try {
    checkWitnessCommitment(block, checkWitnesses);
    return false;
  } catch (error) {
    if (error instanceof RuleError) return true;
    throw error;
  }
}

function checkMerkleRoot(block: Block): void {
  const { root, mutated } = blockMerkleRoot(block);
  if (!equalBytes(root, block.header.merkleRoot)) {
    throw new RuleError('bad-txnmrklroot', 'mutated', 'hashMerkleRoot mismatch');
  }
  // CVE-2012-2459: to call this invalid would let a stranger have a good block refused for ever.
  if (mutated) throw new RuleError('bad-txns-duplicate', 'mutated', 'duplicate transaction');
}

function checkSize(block: Block): void {
  const count = block.transactions.length;
  const tooMany = count * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT;
  // The weight, witnesses included, has to wait until they are known to be the right ones.
  if (
    count === 0 ||
    tooMany ||
    strippedBlockSize(block) * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT
  ) {
    throw new RuleError('bad-blk-length', 'invalid', 'size limits failed');
  }
}

function checkCoinbases(transactions: readonly Transaction[]): void {
  if (!isCoinbase(transactions[0] as Transaction)) {
    throw new RuleError('bad-cb-missing', 'invalid', 'first tx is not coinbase');
  }
  if (transactions.findLastIndex(isCoinbase) > 0) {
    throw new RuleError('bad-cb-multiple', 'invalid', 'more than one coinbase');
  }
}

/** The rules of transactions, with the offender named. */
function checkTransactionIn(tx: Transaction): void {
  try {
    checkTransactionSanity(tx);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const offender = `Transaction check failed (tx hash ${toReversedHex(txid(tx))})`;
    throw new RuleError(error.code, error.verdict, `${offender} ${error.details}`);
  }
}

/** Fewer than there are: those of P2SH and of witnesses are in coins, and counted later. */
function checkLegacySigops(transactions: readonly Transaction[]): void {
  let count = 0;
  for (const tx of transactions) count += legacySigopCount(tx);
  if (count * WITNESS_SCALE_FACTOR > MAX_BLOCK_SIGOPS_COST) {
    throw new RuleError('bad-blk-sigops', 'invalid', 'out-of-bounds SigOpCount');
  }
}
