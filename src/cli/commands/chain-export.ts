import { parentPath } from '../../outside/disk/disk-path.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { jsonText } from '../../protocol/report/json-text.ts';
import { blockRange } from '../chain/block-range.ts';
import { type Exported, exportBlocks } from '../chain/export-blocks.ts';
import { type ChainInUse, lookAtChain, noteIfEmpty, stoppedError } from '../chain/use-chain.ts';
import { CommandError } from '../command-error.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { bytesText, grouped } from '../plain-words.ts';
import { Progress } from '../progress.ts';
import { quote } from '../quote.ts';
import type { chainExport as spec } from '../table/chain-data.ts';
import { UsageError } from '../usage-error.ts';

type Arguments = ArgumentsOf<typeof spec>;

export const chainExport: Command<typeof spec> = async (args, io) => {
  await checkFile(args, io);
  return lookAtChain(args, io, async (opened) => {
    noteIfEmpty(opened, io);
    const range = blockRange(args, opened.chain);
    const exported = await exportWithProgress(opened, range, args, io);
    if (exported === undefined) throw stoppedError(`before ${args.file} was complete`);
    const { chain } = opened;
    const { blocks, bytes } = exported;
    const tip = toReversedHex(chain.tip.ancestor(range.to)?.hash ?? chain.tip.hash);
    if (args.json) {
      const { name } = chain.params;
      const json = { chain: name, file: args.file, ...range, tip, blocks, bytes };
      io.out.write(`${jsonText(json, 2)}\n`);
    } else {
      const what = `${grouped(blocks)} ${blocks === 1 ? 'block' : 'blocks'} of ${chain.params.name}`;
      const done = paintFor(io.out).green('Wrote');
      io.out.write(`${done} ${args.file}: ${what}, up to ${tip}, ${bytesText(bytes)}.\n`);
    }
    return EXIT_OK;
  });
};

/** Before a chain is opened. */
async function checkFile({ file, force }: Arguments, { disk }: Io): Promise<void> {
  if (file === '') throw new UsageError('bad-value', 'FILE is empty; name one, such as blocks.dat');
  const folder = await disk.stat(parentPath(file));
  if (folder?.kind !== 'folder') {
    throw new CommandError('unreadable', `there is no folder ${quote(parentPath(file))}`);
  }
  const there = await disk.stat(file);
  if (there?.kind === 'folder') {
    throw new CommandError('exists', `${quote(file)} is a folder; name a file in it`);
  }
  if (there !== undefined && !force) {
    const message = `${quote(file)} is there already; --force writes over it`;
    throw new CommandError('exists', message);
  }
}

async function exportWithProgress(
  { chain, signal }: ChainInUse,
  range: { readonly from: number; readonly to: number },
  { file: path, quiet, json }: Arguments,
  io: Io,
): Promise<Exported | undefined> {
  const progress = new Progress({ title: 'Exporting', unit: 'blocks', quiet: quiet || json }, io);
  const total = range.to - range.from + 1;
  const onProgress = (count: number): void => progress.update({ fraction: count / total, count });
  try {
    return await exportBlocks(chain, io.disk, { ...range, path, onProgress, signal });
  } finally {
    progress.end();
  }
}
