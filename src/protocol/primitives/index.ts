export { COIN, isMoney, MAX_MONEY } from './amount.ts';
export {
  type Block,
  blockSize,
  blockWeight,
  decodeBlock,
  encodeBlock,
  strippedBlockSize,
} from './block.ts';
export { blockFilter, blockFilterHasAny, filterHeader } from './block-filter.ts';
export { blockHash } from './block-hash.ts';
export {
  type BlockHeader,
  decodeBlockHeader,
  encodeBlockHeader,
} from './block-header.ts';
export { type BlockHash, type Txid, type Wtxid, ZERO_HASH } from './hashes.ts';
export { blockMerkleRoot, type MerkleRoot, merkleRoot, witnessMerkleRoot } from './merkle-tree.ts';
export {
  extractPartialMerkleTree,
  type PartialMerkleTree,
  type ProvenTransaction,
  type ProvenTransactions,
  partialMerkleTree,
} from './partial-merkle-tree.ts';
export {
  blockWork,
  compactFromTarget,
  difficulty,
  hashToNumber,
  meetsTarget,
  type Target,
  targetFromCompact,
} from './target.ts';
export {
  decodeTx,
  decodeTxOut,
  encodeTx,
  encodeTxWithoutWitness,
  hasWitness,
  isCoinbase,
  type OutPoint,
  strippedTxSize,
  type Transaction,
  type TxIn,
  type TxOut,
  txSize,
  txWeight,
  type WitnessEncoding,
} from './transaction.ts';
export { txid, wtxid } from './transaction-id.ts';
