import type { BlockNode } from '../../chain/block-node.ts';
import type { StoreReader } from '../../storage/key-value-store.ts';
import { branchNodes } from '../branch-nodes.ts';
import { FILTER_HASH_SIZE, filterHashesKey, filterKey } from './filter-index.ts';

export interface FilterHashes {
  /** Of the filter's bytes. */
  readonly filterHash: Uint8Array;
  /** What chains this filter to those of the blocks before (BIP157). */
  readonly header: Uint8Array;
}

/** Looks block filters up in their index. What it has not come to yet is undefined. */
export class FilterReader {
  readonly #store: StoreReader;

  constructor(store: StoreReader) {
    this.#store = store;
  }

  /** The filter of a block, on whatever branch it is. */
  filter(node: BlockNode): Promise<Uint8Array | undefined> {
    return this.#store.get(filterKey(node));
  }

  async hashes(node: BlockNode): Promise<FilterHashes | undefined> {
    return splitHashes(await this.#store.get(filterHashesKey(node)));
  }

  /**
   * The filters of the blocks from a height up to a block, on the branch that ends with it.
   *
   * @example
   * await filters.filters(startHeight, chain.lookup(stopHash)) // what a `getcfilters` asks for
   */
  filters(from: number, last: BlockNode): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#store.getMany(branchNodes(from, last).map(filterKey));
  }

  /** The same for the hashes and the headers. */
  async hashesFrom(from: number, last: BlockNode): Promise<readonly (FilterHashes | undefined)[]> {
    const values = await this.#store.getMany(branchNodes(from, last).map(filterHashesKey));
    return values.map(splitHashes);
  }
}

function splitHashes(value: Uint8Array | undefined): FilterHashes | undefined {
  if (value === undefined) return undefined;
  return {
    filterHash: value.subarray(0, FILTER_HASH_SIZE),
    header: value.subarray(FILTER_HASH_SIZE),
  };
}
