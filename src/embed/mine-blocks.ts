import type { BlockNode } from '../node/chain/block-node.ts';
import type { AdjustableClock } from '../outside/clock/adjustable-clock.ts';
import type { ConsensusParams } from '../protocol/params/chain-params.ts';
import type { BlockMaker } from './block-maker.ts';
import { checkOptions } from './check-options.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';
import { findTransaction } from './transactions.ts';

/** What to mine. */
export interface MineOptions {
  /** How many blocks; one by default. */
  readonly blocks?: number;
  /** The address that gets subsidies and fees. By default they are the faucet's. */
  readonly to?: string;
  /**
   * Exactly these, in this order, in one block: each in hex, or the id of one that is in the mempool.
   * They need not be such that the mempool would take them. `[]` makes an empty block. By default a
   * block has what the mempool has, by what it pays.
   */
  readonly transactions?: readonly string[];
  /**
   * By how many seconds the clock of the node moves forward before each block. By default not at all;
   * on chains where the difficulty follows the miners block by block, such as `lab`, by the chain's
   * block time, since there a dozen blocks in no time would make the next one twice as hard.
   */
  readonly spacing?: number;
}

const OPTIONS = { blocks: true, to: true, transactions: true, spacing: true } as const;
const MOST_BLOCKS = 100_000;
const MOST_SPACING = 86_400 * 366;

/**
 * What `mine` is given, in the longer form.
 *
 * @throws NodeError `bad-option`
 */
export function mineOptions(what: number | MineOptions): MineOptions {
  if (typeof what === 'number') return { blocks: what };
  checkOptions('mine', what, OPTIONS);
  return what;
}

/**
 * Mines blocks, one on top of the other.
 *
 * @throws NodeError
 */
export async function mineBlocks(
  core: NodeCore,
  maker: BlockMaker,
  scriptPubKey: Uint8Array,
  options: MineOptions,
): Promise<readonly BlockNode[]> {
  const { blocks = 1, transactions, spacing = usualSpacing(core.params.consensus) } = options;
  checkCount('blocks', blocks, MOST_BLOCKS);
  checkCount('spacing', spacing, MOST_SPACING);
  if (transactions !== undefined && blocks !== 1) {
    const words = `blocks is ${blocks}, and there are transactions for one; allowed: 1`;
    throw new NodeError('bad-option', words);
  }
  const candidates = transactions?.map((text, i) =>
    findTransaction(core, text, `transactions[${i}]`),
  );
  const mined: BlockNode[] = [];
  while (mined.length < blocks) {
    moveOn(core.clock, spacing);
    mined.push(
      candidates === undefined
        ? await maker.next(scriptPubKey)
        : await maker.extend(core.node.chain.tip, { scriptPubKey, transactions: candidates }),
    );
  }
  return mined;
}

/** By how many seconds the clock moves before a block, unless somebody says otherwise. */
export function usualSpacing({ retarget, spacingSeconds }: ConsensusParams): number {
  return retarget.kind === 'asert' ? spacingSeconds : 0;
}

export function moveOn(clock: AdjustableClock, seconds: number): void {
  if (clock.frozenAt === undefined) clock.offset += seconds * 1000;
  else clock.freeze(clock.frozenAt + seconds * 1000);
}

/** @throws NodeError `bad-option` */
export function checkCount(name: string, value: number, most: number, least = 0): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const allowed = `whole numbers from ${least} to ${most}`;
  throw new NodeError('bad-option', `${name} is ${value}; allowed: ${allowed}`);
}
