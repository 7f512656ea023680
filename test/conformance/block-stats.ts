import { fromHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { medianTimePast } from '../../src/protocol/consensus/median-time-past.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { decodeBlock } from '../../src/protocol/primitives/block.ts';
import { blockStatistics } from '../../src/protocol/report/block-statistics.ts';
import { blockStatisticsToJson } from '../../src/protocol/report/block-statistics-to-json.ts';
import { type Json, jsonText } from '../../src/protocol/report/json-text.ts';
import { type ChainEntry, MemoryChain } from './memory-chain.ts';
import { type CaseOutcome, outcomeOf, type VectorCheck } from './vector-check.ts';

interface Recording {
  readonly blocks: readonly string[];
  readonly mocktime: number;
  readonly stats: readonly Readonly<Record<string, Json>>[];
}

const FILE = 'core/rpc_getblockstats.json';

/**
 * A chain that Bitcoin Core made, with payments of several kinds: every block must become the tip, and
 * the statistics of three must be Core's.
 */
export const blockStatsCheck: VectorCheck = {
  file: FILE,
  total: 104 + 3,
  run(vectors) {
    const { blocks, mocktime, stats } = vectors.json<Recording>(FILE);
    const chain = new MemoryChain(regtest, mocktime);
    const connected = blocks.map((hex, i) => outcomeOf(`block ${i}`, () => connect(chain, hex)));
    return [...connected, ...stats.map((expected) => compareStatistics(chain, expected))];
  },
};

function connect(chain: MemoryChain, hex: string): void {
  const block = decodeBlock(fromHex(hex));
  chain.offerBlock(block);
  if (chain.tip.block !== block && chain.tip.height !== 0) {
    throw new Error(`the tip is ${toReversedHex(chain.tip.hash)} at ${chain.tip.height}`);
  }
}

function compareStatistics(
  chain: MemoryChain,
  expected: Readonly<Record<string, Json>>,
): CaseOutcome {
  const height = expected['height'] as number;
  return outcomeOf(`statistics of block ${height}`, () => {
    const entry = entryAt(chain.tip, height);
    if (entry.block === undefined || entry.undo === undefined) throw new Error('not connected');
    const medianTime = medianTimePast(height, (h) => entryAt(entry, h).header.time);
    const facts = { height, medianTime, undo: entry.undo };
    const statistics = blockStatistics(entry.block, facts, regtest.consensus);
    const actual = inOrder(blockStatisticsToJson(statistics));
    if (actual !== inOrder(expected)) throw new Error(`${actual}, not ${inOrder(expected)}`);
  });
}

function entryAt(tip: ChainEntry, height: number): ChainEntry {
  let entry = tip;
  while (entry.height > height && entry.parent !== undefined) entry = entry.parent;
  return entry;
}

/** The recording's fields are in the order of the alphabet. */
function inOrder(object: Readonly<Record<string, Json | undefined>>): string {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return jsonText(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) as Json);
}
