import type { Block } from '../../../protocol/primitives/block.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import type { GetBlockTxnMessage } from '../../../protocol/wire/get-block-txn.ts';
import { MSG_WITNESS_BLOCK } from '../../../protocol/wire/inventory.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { CompactParts } from './compact-parts.ts';

/** Answers `getblocktxn`: what a peer could not find of a compact block. */
export class CompactServer {
  readonly #parts: CompactParts;

  constructor(parts: CompactParts) {
    this.#parts = parts;
  }

  answer(peer: Peer, message: GetBlockTxnMessage): Promise<void> | void {
    const { chain, recent } = this.#parts;
    const node = chain.lookup(message.blockHash);
    if (node === undefined || !node.isStored) return undefined;
    const block = recent.get(node);
    if (block !== undefined) return sendTransactions(peer, message, block);
    return this.#answerFromDisk(peer, message, node);
  }

  async #answerFromDisk(peer: Peer, message: GetBlockTxnMessage, node: BlockNode): Promise<void> {
    const { chain, sendBlock } = this.#parts;
    if (node.height >= chain.tip.height - LIMITS.blockTransactionsDepth) {
      const { block } = await chain.readBlock(node);
      sendTransactions(peer, message, block);
      return;
    }
    // Nobody needs that of an old block. A small question should not make us read much for a small
    // answer: who asks has to take all that was read.
    await sendBlock(peer, { type: MSG_WITNESS_BLOCK, hash: message.blockHash });
  }
}

function sendTransactions(
  peer: Peer,
  { blockHash, indexes }: GetBlockTxnMessage,
  { transactions: all }: Block,
): void {
  const transactions: Transaction[] = [];
  for (const index of indexes) {
    const tx = all[index];
    if (tx === undefined) {
      const words = 'getblocktxn with out-of-bounds tx indices';
      throw new PeerFault('message', 'bad-getblocktxn', words);
    }
    transactions.push(tx);
  }
  peer.send({ command: 'blocktxn', blockHash, transactions });
}
