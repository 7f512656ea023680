import type { BlockNode } from '../../node/chain/block-node.ts';
import type { Chain } from '../../node/chain/chain.ts';
import { blockToJson } from '../../protocol/report/block-to-json.ts';
import type { ChainPlace } from '../../protocol/report/header-to-json.ts';
import { jsonText } from '../../protocol/report/json-text.ts';
import { readBlockFacts } from '../chain/block-facts.ts';
import { blockRange, nodesIn } from '../chain/block-range.ts';
import { blockLine, blockLineJson, blockLineTitles, blockText } from '../chain/print-block.ts';
import { lookAtChain, noteIfEmpty } from '../chain/use-chain.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK, EXIT_STOPPED } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import type { chainPrint as spec } from '../table/chain-data.ts';

type Arguments = ArgumentsOf<typeof spec>;

/** From this width on, hashes fit in full. */
const WIDE = 140;

export const chainPrint: Command<typeof spec> = (args, io) =>
  lookAtChain(args, io, async (opened) => {
    noteIfEmpty(opened, io);
    const { chain, signal } = opened;
    const range = blockRange(args, chain);
    const paint = paintFor(io.out);
    const isWide = !io.out.isTerminal || io.out.columns >= WIDE;
    if (io.out.isTerminal && !args.full && !args.json) {
      io.out.write(`${paint.bold(blockLineTitles(isWide))}\n`);
    }
    for (const node of nodesIn(range, chain)) {
      if (signal.aborted) return EXIT_STOPPED;
      const isFirst = node.height === range.from;
      const text = await printed(node, chain, args, io, isWide);
      io.out.write(`${args.full && !args.json && !isFirst ? '\n' : ''}${text}`);
      await io.out.drained();
    }
    return EXIT_OK;
  });

async function printed(
  node: BlockNode,
  chain: Chain,
  { full, json }: Arguments,
  io: Io,
  isWide: boolean,
): Promise<string> {
  const { addressPrefixes } = chain.params;
  if (full && json) {
    const { block } = await chain.readBlock(node);
    return `${jsonText(blockToJson(block, addressPrefixes, placeOf(node, chain)))}\n`;
  }
  const facts = await readBlockFacts(node, chain);
  if (json) return `${jsonText(blockLineJson(facts))}\n`;
  return full
    ? blockText(facts, addressPrefixes, paintFor(io.out))
    : `${blockLine(facts, isWide)}\n`;
}

function placeOf(node: BlockNode, { tip }: Chain): ChainPlace {
  const next = node === tip ? undefined : tip.ancestor(node.height + 1);
  return {
    confirmations: tip.height - node.height + 1,
    height: node.height,
    medianTime: node.medianTimePast,
    chainWork: node.chainWork,
    ...(next === undefined ? {} : { nextBlockHash: next.hash }),
  };
}
