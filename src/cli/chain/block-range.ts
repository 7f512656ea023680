import type { BlockNode } from '../../node/chain/block-node.ts';
import type { Chain } from '../../node/chain/chain.ts';
import { UsageError } from '../usage-error.ts';

export interface RangeArguments {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/** Which blocks `--from` and `--to` mean, the last one among them. */
export function blockRange(args: RangeArguments, chain: Pick<Chain, 'tip'>): BlockRange {
  const { height } = chain.tip;
  const { from = 0, to = height } = args;
  if (from > height) throw beyond('from', from, height);
  if (to > height) throw beyond('to', to, height);
  if (from > to) throw new UsageError('bad-value', `--from is ${from}, and --to is ${to}`);
  return { from, to };
}

function beyond(option: string, value: number, height: number): UsageError {
  const message = `--${option} is ${value}; the last block of the chain is ${height}`;
  return new UsageError('bad-value', message);
}

/** The blocks in a range, from the branch that was followed when the first was asked for. */
export function* nodesIn({ from, to }: BlockRange, chain: Pick<Chain, 'tip'>): Iterable<BlockNode> {
  const { tip } = chain;
  for (let height = from; height <= to; height++) yield tip.ancestor(height) as BlockNode;
}
