import { compactSizeLength } from '../../../protocol/bytes/compact-size.ts';
import type { ConsensusParams } from '../../../protocol/params/chain-params.ts';
import { HEADER_SIZE } from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { txSize } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { Changes } from '../changes.ts';
import type { FollowedBlock, IndexDefinition } from '../index-definition.ts';
import type { Pace } from '../pace.ts';
import { encodeTransactionPlace, transactionKey } from './transaction-place.ts';

/**
 * Where each transaction is: by its id, the block and the place in it. As in Bitcoin Core, one whose
 * block was taken back is still found there, until another block has it; and the coinbase of the first
 * block is not found, unless its outputs are coins on this chain.
 */
export function transactionIndex(
  params: Pick<ConsensusParams, 'genesisSpendable'>,
): IndexDefinition {
  return {
    name: 'transactions',
    version: 1,
    connect: (followed, changes, pace) => place(followed, undefined, params, changes, pace),
    disconnect: (followed, changes, pace) =>
      place(followed, followed.node.hash.slice() as BlockHash, params, changes, pace),
  };
}

async function place(
  { node: { height }, block: { transactions } }: FollowedBlock,
  staleBlock: BlockHash | undefined,
  { genesisSpendable }: Pick<ConsensusParams, 'genesisSpendable'>,
  changes: Changes,
  pace: Pace,
): Promise<void> {
  if (height === 0 && !genesisSpendable) return;
  let offset = HEADER_SIZE + compactSizeLength(transactions.length);
  for (const tx of transactions) {
    if (pace.isDue) await pace.turn();
    const length = txSize(tx);
    const value = encodeTransactionPlace({ staleBlock, height, offset, length });
    changes.put(transactionKey(txid(tx)), value);
    offset += length;
  }
}
