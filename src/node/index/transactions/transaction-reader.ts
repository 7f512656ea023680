import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { StoreReader } from '../../storage/key-value-store.ts';
import { IndexError } from '../index-error.ts';
import type { FollowedTree } from '../index-store.ts';
import { decodePlace, TIP_KEY } from '../store-keys.ts';
import { decodeTransactionPlace, transactionKey } from './transaction-place.ts';

/** Where a transaction is. */
export interface FoundTransaction {
  /** On the branch that is followed or, if it is in none of its blocks, on another one. */
  readonly node: BlockNode;
  /** In the bytes of the block, from the first of its header. */
  readonly offset: number;
  readonly length: number;
}

/** Looks transactions up in their index. */
export class TransactionReader {
  readonly #store: StoreReader;
  readonly #tree: Pick<FollowedTree, 'lookup'>;

  constructor(store: StoreReader, tree: Pick<FollowedTree, 'lookup'>) {
    this.#store = store;
    this.#tree = tree;
  }

  /**
   * The block that has a transaction; undefined if none has.
   *
   * @example
   * const { node, offset, length } = await transactions.find(txid);
   * const { raw } = await chain.readBlock(node);
   * decodeTx(raw.subarray(offset, offset + length))
   */
  async find(id: Txid): Promise<FoundTransaction | undefined> {
    const key = transactionKey(id).slice();
    const [tip, value] = await this.#store.getMany([TIP_KEY, key]);
    if (tip === undefined || value === undefined) return undefined;
    const { staleBlock, height, offset, length } = decodeTransactionPlace(value);
    const node =
      staleBlock === undefined
        ? this.#tree.lookup(decodePlace(tip).hash)?.ancestor(height)
        : this.#tree.lookup(staleBlock);
    // A block that was taken back may be forgotten since; one that the index is at is not.
    if (node === undefined && staleBlock !== undefined) return undefined;
    if (node === undefined) {
      throw new IndexError(
        'corrupt',
        'transactions',
        'it names a block that the chain does not know',
      );
    }
    return { node, offset, length };
  }
}
