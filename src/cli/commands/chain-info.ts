import type { BlockNode } from '../../node/chain/block-node.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { difficulty } from '../../protocol/primitives/target.ts';
import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import { type ChainInUse, lookAtChain } from '../chain/use-chain.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { bytesText, dateText, grouped } from '../plain-words.ts';
import { listNames } from '../quote.ts';
import type { chainInfo as spec } from '../table/chain-data.ts';
import { twoColumns, wrapText } from '../wrap-text.ts';

const MAX_WIDTH = 100;

export const chainInfo: Command<typeof spec> = (args, io) =>
  lookAtChain(args, io, async (opened) => {
    const facts = await gather(opened, io);
    io.out.write(
      args.json ? `${jsonText(toJson(facts), 2)}\n` : textOf(facts, opened.named, args.chain, io),
    );
    return EXIT_OK;
  });

type Facts = Awaited<ReturnType<typeof gather>>;

async function gather({ chain, folder, emptyFolder, sizeOnDisk }: ChainInUse, { disk }: Io) {
  const { params, tip, bestHeader } = chain;
  const size = await sizeOnDisk();
  const indexes = folder === undefined ? [] : await foldersIn(joinPath(folder, 'indexes'), disk);
  const lowest = lowestStored(tip);
  return { params, tip, bestHeader, folder, emptyFolder, size, indexes, lowest };
}

async function foldersIn(path: string, disk: Disk): Promise<readonly string[]> {
  if ((await disk.stat(path))?.kind !== 'folder') return [];
  return (await disk.list(path)).filter(({ kind }) => kind === 'folder').map(({ name }) => name);
}

/** The first block from which on all are here: 0 unless the chain is pruned. */
function lowestStored(tip: BlockNode): number {
  let node = tip;
  while (node.parent?.isStored) node = node.parent;
  return node.height;
}

/** The names, and the order, are those of `getblockchaininfo`, as far as that goes. */
function toJson({ params, tip, bestHeader, folder, size, indexes, lowest }: Facts): JsonObject {
  return {
    chain: params.name,
    blocks: tip.height,
    headers: bestHeader.height,
    bestblockhash: toReversedHex(tip.hash),
    bestheaderhash: toReversedHex(bestHeader.hash),
    difficulty: difficulty(tip.bits),
    time: tip.time,
    mediantime: tip.medianTimePast,
    chainwork: tip.chainWork.toString(16).padStart(64, '0'),
    transactions: tip.chainTransactionCount,
    size_on_disk: size.blocks + size.index + size.coins,
    pruned: lowest > 0,
    pruneheight: lowest > 0 ? lowest : undefined,
    datadir: folder,
    indexes: [...indexes],
  };
}

function textOf(facts: Facts, named: string, chain: string, io: Io): string {
  const paint = paintFor(io.out);
  const { params } = facts;
  const width = io.out.isTerminal ? Math.min(MAX_WIDTH, io.out.columns) : Number.POSITIVE_INFINITY;
  const lines = [
    ...wrapText(`${params.name} - ${params.about}`, width).map(paint.bold),
    ...twoColumns(rowsOf(facts), width),
  ];
  if (facts.tip.height === 0) {
    const steps = [
      [`${io.command} import FILE ${named}`, 'reads blocks from files'],
      [`${io.command} chain show ${chain}`, 'the rules of this chain'],
    ] as const;
    lines.push(
      '',
      'There is nothing yet but the first block, which comes with the rules.',
      '',
      paint.bold('What next'),
      ...steps.map(([line, what]) => `  ${paint.cyan(line)}  ${paint.dim(`# ${what}`)}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

function rowsOf(facts: Facts): readonly (readonly [string, string])[] {
  const { tip, bestHeader, folder, emptyFolder, size, indexes, lowest } = facts;
  const { blocks, index, coins } = size;
  const rows: [string, string][] = [
    ['height', grouped(tip.height)],
    ['tip', toReversedHex(tip.hash)],
    ['time', dateText(tip.time)],
    ['median time', dateText(tip.medianTimePast)],
  ];
  if (bestHeader !== tip) {
    const { height, hash } = bestHeader;
    rows.push(['best header', `${grouped(height)}, ${toReversedHex(hash)}`]);
  }
  rows.push(
    ['transactions', grouped(tip.chainTransactionCount)],
    ['difficulty', difficultyText(difficulty(tip.bits))],
    ['work', `${grouped(tip.chainWork)} hashes`],
  );
  if (emptyFolder !== undefined) rows.push(['kept in', `nothing is in ${emptyFolder} yet`]);
  else if (folder === undefined) rows.push(['kept in', 'memory']);
  else {
    rows.push(
      ['kept in', folder],
      ['blocks', bytesText(blocks)],
      ['coins', bytesText(coins)],
      ['block index', bytesText(index)],
    );
  }
  rows.push(
    ['pruned', lowest === 0 ? 'no' : `blocks below ${grouped(lowest)}`],
    ['indexes', indexes.length === 0 ? 'none' : listNames(indexes, 'and')],
  );
  return rows;
}

/** As short as that goes: it may be far below 1, or have fourteen digits. */
function difficultyText(value: number): string {
  return value >= 1000 ? grouped(Math.round(value)) : value.toPrecision(4);
}
