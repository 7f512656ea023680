import { jsonText } from '../../protocol/report/json-text.ts';
import { chainToJson } from '../chain/chain-to-json.ts';
import { describeChain } from '../chain/describe-chain.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import { paintFor } from '../paint.ts';
import type { chainShow as spec } from '../table/chain.ts';
import { twoColumns, wrapText } from '../wrap-text.ts';

const MAX_WIDTH = 100;

export const chainShow: Command<typeof spec> = async (args, io) => {
  const chain = await findChain(args.chain, io);
  if (args.json) {
    io.out.write(`${jsonText(chainToJson(chain), 2)}\n`);
    return EXIT_OK;
  }
  const paint = paintFor(io.out);
  const width = io.out.isTerminal ? Math.min(MAX_WIDTH, io.out.columns) : Number.POSITIVE_INFINITY;
  const lines = wrapText(`${chain.name} - ${chain.about}`, width).map(paint.bold);
  const sections = describeChain(chain);
  const widest = Math.max(...sections.flatMap(({ rows }) => rows.map(([label]) => label.length)));
  const shown = sections.flatMap(({ title, rows }) => [
    '',
    paint.bold(title),
    ...twoColumns(
      rows.map(([label, text]) => [label.padEnd(widest), text]),
      width,
    ),
  ]);
  io.out.write(`${[...lines, ...shown].join('\n')}\n`);
  return EXIT_OK;
};
