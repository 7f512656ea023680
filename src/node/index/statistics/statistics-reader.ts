import { blockSubsidy } from '../../../protocol/consensus/subsidy.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import type {
  BlockStatistics,
  BlockStatisticsParams,
} from '../../../protocol/report/block-statistics.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { StoreReader } from '../../storage/key-value-store.ts';
import { branchNodes } from '../branch-nodes.ts';
import { decodeStatistics } from './statistics-codec.ts';
import { statisticsKey } from './statistics-index.ts';

/** Looks the statistics of blocks up in their index. What it has not come to yet is undefined. */
export class StatisticsReader {
  readonly #store: StoreReader;
  readonly #params: BlockStatisticsParams;

  constructor(store: StoreReader, params: BlockStatisticsParams) {
    this.#store = store;
    this.#params = params;
  }

  /** Of a block, on whatever branch it is. */
  async at(node: BlockNode): Promise<BlockStatistics | undefined> {
    return this.#read(node, await this.#store.get(statisticsKey(node)));
  }

  /**
   * Of the blocks from a height up to a block, on the branch that ends with it.
   *
   * @example
   * await statistics.from(chain.tip.height - 143, chain.tip) // a day's
   */
  async from(height: number, last: BlockNode): Promise<readonly (BlockStatistics | undefined)[]> {
    const nodes = branchNodes(height, last);
    const values = await this.#store.getMany(nodes.map(statisticsKey));
    return nodes.map((node, i) => this.#read(node, values[i]));
  }

  #read(node: BlockNode, value: Uint8Array | undefined): BlockStatistics | undefined {
    if (value === undefined) return undefined;
    const { height, time, medianTimePast: medianTime } = node;
    const hash = node.hash.slice() as BlockHash;
    const subsidy = blockSubsidy(height, this.#params);
    return { hash, height, time, medianTime, subsidy, ...decodeStatistics(value) };
  }
}
