import { ChainError } from '../../node/chain/chain-error.ts';
import type { CheckLevel, VerifyChainResult } from '../../node/chain/verify-chain.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { jsonText } from '../../protocol/report/json-text.ts';
import { lookAtChain, noteIfEmpty, stoppedError } from '../chain/use-chain.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { Progress } from '../progress.ts';
import { oneLine } from '../quote.ts';
import type { chainVerify as spec } from '../table/chain-data.ts';

/** As in Bitcoin Core. */
const DEFAULT_LEVEL = 3;
const DEFAULT_BLOCKS = 6;

export const chainVerify: Command<typeof spec> = (args, io) =>
  lookAtChain(args, io, async (opened) => {
    noteIfEmpty(opened, io);
    const { chain, named, signal } = opened;
    const level = (args.level ?? DEFAULT_LEVEL) as CheckLevel;
    const blocks = args.blocks ?? DEFAULT_BLOCKS;
    const quiet = args.quiet || args.json;
    const progress = new Progress({ title: 'Verifying', unit: 'blocks', quiet }, io);
    const onProgress = (done: number, total: number): void => {
      if (signal.aborted) throw new ChainError('stopped', 'stopped before everything was checked');
      progress.update({ fraction: done / total, count: done });
    };
    let result: VerifyChainResult;
    try {
      result = await chain.verify({ level, blocks, onProgress });
    } catch (error) {
      if (!(error instanceof ChainError && error.code === 'stopped')) throw error;
      throw stoppedError('before everything was checked');
    } finally {
      progress.end();
    }
    const { checked, failure } = result;
    const { name } = chain.params;
    const wrong = failure && {
      height: failure.node.height,
      hash: toReversedHex(failure.node.hash),
      error: oneLine(failure.error.message),
    };
    if (args.json) {
      const { height } = chain.tip;
      const ok = wrong === undefined;
      io.out.write(`${jsonText({ chain: name, height, level, checked, ok, failure: wrong }, 2)}\n`);
    } else if (wrong === undefined) {
      const count = `${grouped(checked)} of ${grouped(chain.tip.height)}`;
      const all = paintFor(io.out).green('all is well');
      io.out.write(`Checked ${count} blocks of ${name} at level ${level}: ${all}.\n`);
    }
    if (wrong === undefined) return EXIT_OK;
    const cure = `${io.command} import --reindex ${named} repairs it`;
    io.err.write(`block ${wrong.height} (${wrong.hash}) is wrong: ${wrong.error}; ${cure}\n`);
    return EXIT_FAILURE;
  });
