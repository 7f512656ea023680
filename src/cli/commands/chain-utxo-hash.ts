import {
  type UtxoHashType,
  type UtxoStatistics,
  utxoStatistics,
} from '../../node/coins/utxo-set.ts';
import type { StoreSnapshot } from '../../node/storage/key-value-store.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import {
  amountNumber,
  amountText,
  type JsonObject,
  jsonText,
} from '../../protocol/report/json-text.ts';
import { lookAtChain, noteIfEmpty, stoppedError } from '../chain/use-chain.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { bytesText, grouped } from '../plain-words.ts';
import { Progress } from '../progress.ts';
import type { chainUtxoHash as spec } from '../table/chain-data.ts';
import { twoColumns } from '../wrap-text.ts';

export const chainUtxoHash: Command<typeof spec> = (args, io) =>
  lookAtChain(args, io, async (opened) => {
    noteIfEmpty(opened, io);
    const { chain, sizeOnDisk, signal } = opened;
    const { snapshot, tip } = await chain.snapshotCoins();
    const statistics = await count(snapshot, args.type, signal, args.quiet || args.json, io);
    const { coins: diskSize } = await sizeOnDisk();
    const facts = { ...statistics, diskSize, hashType: args.type, tip };
    const place = { height: tip.height, bestblock: toReversedHex(tip.hash) };
    io.out.write(args.json ? `${jsonText(toJson(facts, place), 2)}\n` : textOf(facts, place));
    return EXIT_OK;
  });

interface Facts extends UtxoStatistics {
  readonly diskSize: number;
  readonly hashType: UtxoHashType;
}

interface Place {
  readonly height: number;
  readonly bestblock: string;
}

async function count(
  snapshot: StoreSnapshot,
  hashType: UtxoHashType,
  signal: AbortSignal,
  quiet: boolean,
  io: Io,
): Promise<UtxoStatistics> {
  const progress = new Progress({ title: 'Counting coins', quiet }, io);
  const { clock } = io;
  const onProgress = (fraction: number): void => {
    if (signal.aborted) throw stoppedError('before all coins were counted');
    progress.update({ fraction });
  };
  try {
    return await utxoStatistics(snapshot, hashType, { clock, onProgress });
  } finally {
    progress.end();
    await snapshot.release();
  }
}

/** The names, and the order, are those of `gettxoutsetinfo`. */
function toJson(facts: Facts, { height, bestblock }: Place): JsonObject {
  return {
    height,
    bestblock,
    txouts: facts.txouts,
    bogosize: facts.bogosize,
    ...hashField(facts),
    total_amount: amountNumber(facts.totalAmount),
    transactions: facts.transactions,
    disk_size: facts.diskSize,
  };
}

function textOf(facts: Facts, { height, bestblock }: Place): string {
  const rows: [string, string][] = [
    ['height', grouped(height)],
    ['bestblock', bestblock],
    ['txouts', grouped(facts.txouts)],
    ['bogosize', grouped(facts.bogosize)],
    ...Object.entries(hashField(facts)),
    ['total_amount', amountText(facts.totalAmount)],
    ['transactions', grouped(facts.transactions)],
    ['disk_size', bytesText(facts.diskSize)],
  ];
  return `${twoColumns(rows, Number.POSITIVE_INFINITY).join('\n')}\n`;
}

function hashField({ hash, hashType }: Facts): Readonly<Record<string, string>> {
  return hash === undefined ? {} : { [hashType]: toReversedHex(hash) };
}
