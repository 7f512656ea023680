import type { BlockNode } from '../../chain/block-node.ts';
import type { StoreReader } from '../../storage/key-value-store.ts';
import { type CoinRow, coinRowKey, decodeCoinRow } from './coin-index.ts';

/** Looks the coins after blocks up in their index. What it has not come to yet is undefined. */
export class CoinReader {
  readonly #store: StoreReader;

  constructor(store: StoreReader) {
    this.#store = store;
  }

  /**
   * After a block, on whatever branch it is.
   *
   * @example
   * (await indexes.coins?.after(chain.tip))?.sums.totalAmount
   */
  async after(node: BlockNode): Promise<CoinRow | undefined> {
    const row = await this.#store.get(coinRowKey(node));
    return row === undefined ? undefined : decodeCoinRow(row);
  }
}
