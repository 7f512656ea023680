import {
  type BlockStatisticsParams,
  blockStatistics,
} from '../../../protocol/report/block-statistics.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { IndexDefinition } from '../index-definition.ts';
import { blockKey } from '../store-keys.ts';
import { encodeStatistics } from './statistics-codec.ts';

/** `s`: the statistics of a block. */
const STATISTICS = 0x73;

export function statisticsKey(node: BlockNode): Uint8Array {
  return blockKey(STATISTICS, node.height, node.hash);
}

/**
 * What `getblockstats` says of every block. They depend on nothing but the block and those before it,
 * so those of a block that was taken back stay.
 */
export function statisticsIndex(params: BlockStatisticsParams): IndexDefinition {
  return {
    name: 'statistics',
    version: 1,
    async connect({ node, block, undo }, changes) {
      const { height, medianTimePast: medianTime } = node;
      const statistics = blockStatistics(block, { height, medianTime, undo }, params);
      changes.put(statisticsKey(node), encodeStatistics(statistics));
    },
    async disconnect() {},
  };
}
