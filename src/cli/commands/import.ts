import type { Reindex } from '../../node/chain/chain-place.ts';
import { LEAST_PRUNE_TARGET } from '../../node/chain/pruner.ts';
import { fromReversedHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import { type ChainInUse, useChain } from '../chain/use-chain.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK, EXIT_STOPPED, type ExitCode } from '../exit-code.ts';
import { type ImportOutcome, importFiles } from '../import/import-files.ts';
import { findSources, type Sources } from '../import/source-files.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { quote } from '../quote.ts';
import type { importSpec as spec } from '../table/import.ts';
import { UsageError } from '../usage-error.ts';
import { twoColumns } from '../wrap-text.ts';

type Arguments = ArgumentsOf<typeof spec>;

const LEAST_PRUNE = LEAST_PRUNE_TARGET / 2 ** 20;

export const importBlocks: Command<typeof spec> = async (args, io) => {
  const sources = await checkFiles(args, io);
  const options = {
    assumeValid: assumedBlock(args),
    prune: pruneTarget(args),
    reindex: reindexOf(args),
    expectsBlocks: true,
  };
  return useChain(args, io, options, async (opened) => {
    const manner = { quiet: args.quiet, silent: args.json };
    const outcome = await importFiles(sources, opened, io, manner);
    io.out.write(
      args.json ? `${jsonText(toJson(outcome, opened), 2)}\n` : textOf(outcome, opened, args, io),
    );
    return exitCodeOf(outcome);
  });
};

/** Before a chain is opened: that may take a while, and should not be for nothing. */
async function checkFiles({ file, ...args }: Arguments, io: Io): Promise<Sources> {
  if (file.length === 0 && !args.reindex && !args['reindex-chainstate']) {
    throw new UsageError('missing-argument', 'FILE is missing: the files to read');
  }
  return findSources(file, io.disk);
}

function pruneTarget({ prune = 0 }: Arguments): number {
  if (prune === 0 || prune >= LEAST_PRUNE) return prune;
  const message = `--prune is ${prune}; allowed are 0, which removes nothing, and ${LEAST_PRUNE} or more`;
  throw new UsageError('bad-value', message);
}

/** The block up to which scripts are not run; null for none, undefined for the chain's own. */
function assumedBlock({ assumevalid }: Arguments): BlockHash | null | undefined {
  if (assumevalid === undefined) return undefined;
  if (assumevalid === '0') return null;
  if (/^[0-9a-fA-F]{64}$/.test(assumevalid)) return fromReversedHex(assumevalid) as BlockHash;
  const message = `--assumevalid is ${quote(assumevalid)}; allowed are the hash of a block (64 hex digits), and 0 for none`;
  throw new UsageError('bad-value', message);
}

function exitCodeOf({ stopped, problemCount }: ImportOutcome): ExitCode {
  if (stopped) return EXIT_STOPPED;
  return problemCount > 0 ? EXIT_FAILURE : EXIT_OK;
}

function toJson(outcome: ImportOutcome, { chain }: ChainInUse): JsonObject {
  const { seconds, added, known, refused, stranded, stopped, problemCount } = outcome;
  return {
    chain: chain.params.name,
    height: chain.tip.height,
    tip: toReversedHex(chain.tip.hash),
    seconds: Math.round(seconds * 1000) / 1000,
    added,
    known,
    refused,
    stranded,
    stopped,
    problemCount,
    problems: outcome.problems.map((problem) => ({ ...problem })),
  };
}

/** What is to be made anew before anything is read. */
function reindexOf(args: Arguments): Reindex | undefined {
  if (args.reindex) return 'blocks';
  return args['reindex-chainstate'] ? 'coins' : undefined;
}

function textOf(
  outcome: ImportOutcome,
  { chain, folder, named }: ChainInUse,
  args: Arguments,
  io: Io,
): string {
  const paint = paintFor(io.out);
  const { added, known, refused, stranded, seconds } = outcome;
  const { height, hash } = chain.tip;
  const rows: [string, string][] = [
    ['height', grouped(height)],
    ['tip', toReversedHex(hash)],
  ];
  if (known > 0) rows.push(['there before', blocks(known)]);
  if (refused > 0) rows.push(['refused', blocks(refused)]);
  if (stranded > 0) rows.push(['left out', blocks(stranded)]);
  rows.push(['kept in', folder ?? 'memory, and gone now']);
  const rate = seconds > 0 ? `, ${grouped(Math.round(added / seconds))} a second` : '';
  const what =
    args.file.length === 0
      ? 'Rebuilt the chain'
      : `Imported ${blocks(added)} of ${chain.params.name}`;
  const lines = [
    `${paint.bold(what)} in ${seconds.toFixed(1)} s${added > 0 ? rate : ''}.`,
    ...twoColumns(rows, Number.POSITIVE_INFINITY),
  ];
  if (outcome.stopped) {
    const next = folder === undefined ? '' : ' The same command goes on from here.';
    lines.unshift(`${paint.yellow('Stopped.')}${next}`);
  } else if (folder !== undefined && height > 0) {
    lines.push(
      '',
      `${paint.cyan(`${io.command} chain info ${named}`)}  ${paint.dim('# more about it')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function blocks(count: number): string {
  return count === 1 ? '1 block' : `${grouped(count)} blocks`;
}
