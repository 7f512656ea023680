import { valueOut } from '../../../protocol/consensus/coin.ts';
import type { BlockUndo } from '../../../protocol/consensus/connect-block.ts';
import { MAX_BLOCK_WEIGHT } from '../../../protocol/consensus/limits.ts';
import { type Block, blockWeight } from '../../../protocol/primitives/block.ts';
import { type Transaction, txWeight } from '../../../protocol/primitives/transaction.ts';

/** An hour of blocks: before that, the pool was another one. */
const REMEMBERED_BLOCKS = 6;
/** Above that, a block had no room for just anything. */
const FULL_WEIGHT = 0.95 * MAX_BLOCK_WEIGHT;
/** Some get in for little, or for nothing, because a child or somebody else paid. */
const FLOOR_PERCENTILE = 0.1;

interface RecentBlock {
  readonly height: number;
  /** The rate below which nearly nothing got in; undefined if there was room. */
  readonly floor: number | undefined;
}

/** What the last blocks asked for. */
export class RecentBlocks {
  readonly #blocks: RecentBlock[] = [];

  connect(height: number, block: Block, undo: BlockUndo): void {
    this.#blocks.push({ height, floor: floorOf(block, undo) });
    if (this.#blocks.length > REMEMBERED_BLOCKS) this.#blocks.shift();
  }

  disconnect(height: number): void {
    if (this.#blocks.at(-1)?.height === height) this.#blocks.pop();
  }

  /**
   * The least that would have got in within so many blocks, had they been the last ones; undefined if
   * any of them had room, or if too few are known.
   */
  rateWithin(blocks: number): number | undefined {
    const count = Math.min(blocks, REMEMBERED_BLOCKS);
    if (this.#blocks.length < count) return undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const { floor } of this.#blocks.slice(-count)) {
      if (floor === undefined) return undefined;
      least = Math.min(least, floor);
    }
    return least;
  }
}

function floorOf(block: Block, undo: BlockUndo): number | undefined {
  if (blockWeight(block) < FULL_WEIGHT) return undefined;
  const rates = block.transactions.slice(1).map((tx, i) => rateOf(tx, undo[i] ?? []));
  rates.sort((a, b) => a - b);
  return rates[Math.floor(rates.length * FLOOR_PERCENTILE)];
}

/** Satoshis for 1,000 virtual bytes. */
function rateOf(tx: Transaction, coins: BlockUndo[number]): number {
  let fee = -valueOut(tx);
  for (const { output } of coins) fee += output.value;
  return (Number(fee) * 4_000) / txWeight(tx);
}
