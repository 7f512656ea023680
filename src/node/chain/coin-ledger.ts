import type { CoinLookup } from '../../protocol/consensus/coin.ts';
import {
  type BlockUndo,
  type ConnectedBlock,
  type ConnectPosition,
  coinsToLoad,
  connectBlock,
} from '../../protocol/consensus/connect-block.ts';
import { disconnectBlock } from '../../protocol/consensus/disconnect-block.ts';
import type { ConsensusParams } from '../../protocol/params/chain-params.ts';
import type { CoinCache } from '../coins/coin-cache.ts';
import type { BlockNode } from './block-node.ts';
import type { PlacedBlock } from './ledger.ts';
import type { WorkSlices } from './work-slices.ts';

const NO_COINS: CoinLookup = { get: () => undefined };

/** Where a block stands, as the rules of coins want to know it. */
export function positionOf(node: BlockNode): ConnectPosition {
  return {
    height: node.height,
    medianTimePastAt: (height) => (node.ancestor(height) as BlockNode).medianTimePast,
    blockHashAt: (height) => (node.ancestor(height) as BlockNode).hash,
  };
}

/**
 * The coins, as blocks change them: the first of the consensus ledgers, and the one that all blocks
 * have to do with.
 */
export class CoinLedger {
  readonly #cache: CoinCache;
  readonly #params: ConsensusParams;
  readonly #slices: WorkSlices;

  constructor(cache: CoinCache, params: ConsensusParams, slices: WorkSlices) {
    this.#cache = cache;
    this.#params = params;
    this.#slices = slices;
  }

  /**
   * Brings into memory what a block needs. What it resolves with connects the block, without changing
   * anything yet, and has to be called before anything else is waited for: loaded coins may leave the
   * memory after that.
   *
   * @throws from that function, RuleError if the block breaks a rule
   */
  async prepare({ node, block }: PlacedBlock): Promise<() => ConnectedBlock> {
    const position = positionOf(node);
    const keys = coinsToLoad(block, position, this.#params);
    await this.#slices.next();
    const coins = keys.length === 0 ? NO_COINS : await this.#cache.load(keys);
    return () => connectBlock(block, { ...position, coins }, this.#params);
  }

  /** Makes the changes of a block that has been connected to these coins. */
  apply(connected: ConnectedBlock): void {
    this.#cache.apply(connected);
  }

  /** Takes back what connecting a block did to the coins. */
  disconnect({ block }: PlacedBlock, undo: BlockUndo): void {
    this.#cache.apply(disconnectBlock(block, undo));
  }
}
