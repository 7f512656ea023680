/**
 * Chains that Bitcoin Core made, taken by a chain in a folder: 104 blocks with the statistics of three,
 * and its own test of whole blocks, step by step.
 */
import { join } from 'node:path';
import type { BlockNode } from '../../src/node/chain/block-node.ts';
import type { CodedError } from '../../src/protocol/bytes/coded-error.ts';
import { DecodeError } from '../../src/protocol/bytes/decode-error.ts';
import { fromHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { RuleError } from '../../src/protocol/consensus/rule-error.ts';
import { regtest, regtestParams } from '../../src/protocol/params/regtest.ts';
import { decodeBlockHeader, HEADER_SIZE } from '../../src/protocol/primitives/block-header.ts';
import { blockStatistics } from '../../src/protocol/report/block-statistics.ts';
import { blockStatisticsToJson } from '../../src/protocol/report/block-statistics-to-json.ts';
import { type Json, jsonText } from '../../src/protocol/report/json-text.ts';
import { VectorFolder } from '../conformance/vector-check.ts';
import { frozenClock } from './frozen-clock.ts';
import type { Trial, TrialReport } from './trial.ts';
import { openTrialNode, type TrialNode } from './trial-node.ts';

const STATISTICS = 'core/rpc_getblockstats.json';
const STATISTICS_BLOCKS = 104;
const STATISTICS_RESULTS = 3;
const VERDICTS = 'blocks/core-verdicts.jsonl.gz';
const VERDICT_STEPS = 104;

/** For this step Core's test put the clock ahead; then it put it back, and the tip with it. */
const STEP_IN_THE_FUTURE = 65;
const TWO_HOURS_MS = 2 * 60 * 60 * 1000;

export const recordedTrial: Trial = {
  name: 'recorded',
  shows:
    'what Bitcoin Core recorded comes out the same: 104 blocks, and 104 steps of its block test',
  times: { long: 1, short: 1 },
  async run({ folder }) {
    const vectors = VectorFolder.find();
    if (vectors === undefined) {
      return {
        figures: { SKIPPED: 'there is no reference data in ../shared/vectors' },
        failures: [],
      };
    }
    const statistics = await playStatistics(vectors, join(folder, 'statistics'));
    const verdicts = await playVerdicts(vectors, join(folder, 'verdicts'));
    return {
      figures: { ...statistics.figures, ...verdicts.figures },
      failures: [...statistics.failures, ...verdicts.failures],
    };
  },
};

interface StatisticsRecording {
  readonly blocks: readonly string[];
  readonly mocktime: number;
  readonly stats: readonly Readonly<Record<string, Json>>[];
}

async function playStatistics(vectors: VectorFolder, folder: string): Promise<TrialReport> {
  const { blocks, mocktime, stats } = vectors.json<StatisticsRecording>(STATISTICS);
  const node = await openTrialNode({ params: regtest, folder, clock: frozenClock(mocktime) });
  const failures: string[] = [];
  let taken = 0;
  for (const [i, hex] of blocks.entries()) {
    // The first block is in the recording, and in every chain.
    const { kind } = await node.chain.processBlock(fromHex(hex));
    if (kind === (i === 0 ? 'duplicate' : 'connected')) taken++;
    else failures.push(`block ${i} is ${kind}`);
  }
  let same = 0;
  for (const expected of stats) {
    const actual = await statisticsOf(node, expected['height'] as number);
    if (actual === inOrder(expected)) same++;
    else failures.push(`statistics: ${actual}, and not ${inOrder(expected)}`);
  }
  await node.close();
  if (taken !== STATISTICS_BLOCKS || same !== STATISTICS_RESULTS) failures.push('some are missing');
  const figures = {
    'blocks of the statistics': `${taken}/${STATISTICS_BLOCKS}`,
    statistics: `${same}/${STATISTICS_RESULTS}`,
  };
  return { figures, failures };
}

async function statisticsOf({ chain }: TrialNode, height: number): Promise<string> {
  const node = chain.blockAt(height) as BlockNode;
  const { block } = await chain.readBlock(node);
  const undo = await chain.readUndo(node);
  const facts = { height, medianTime: node.medianTimePast, undo };
  return inOrder(blockStatisticsToJson(blockStatistics(block, facts, regtest.consensus)));
}

/** The recording's fields are in the order of the alphabet. */
function inOrder(object: Readonly<Record<string, Json | undefined>>): string {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return jsonText(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) as Json);
}

interface Step {
  readonly blocks: readonly string[];
  readonly accepted: boolean;
  readonly reason: string | null;
  readonly tip: string;
  readonly height: number;
}

async function playVerdicts(vectors: VectorFolder, folder: string): Promise<TrialReport> {
  const [first, ...lines] = vectors.text(VERDICTS).trim().split('\n');
  const { clock: time } = JSON.parse(first as string) as { readonly clock: number };
  const clock = frozenClock(time);
  // The one option of the recording that is a rule.
  const params = regtestParams({ bip34: 2 });
  const node = await openTrialNode({ params, folder, clock });
  const failures: string[] = [];
  let reached = 0;
  for (const [i, line] of lines.entries()) {
    const isInTheFuture = i === STEP_IN_THE_FUTURE;
    if (isInTheFuture) clock.freeze(time * 1000 + TWO_HOURS_MS);
    const failure = await playStep(node, JSON.parse(line) as Step);
    clock.freeze(time * 1000);
    if (isInTheFuture) await node.chain.invalidateBlock(node.chain.tip.hash);
    if (failure === undefined) reached++;
    else failures.push(`step ${i}: ${failure}`);
  }
  await node.close();
  if (reached !== VERDICT_STEPS) failures.push(`${reached} of ${VERDICT_STEPS} steps`);
  return { figures: { 'steps with its verdict': `${reached}/${VERDICT_STEPS}` }, failures };
}

/** Offers the blocks of a step as a peer would, headers first; undefined if all is as recorded. */
async function playStep({ chain }: TrialNode, step: Step): Promise<string | undefined> {
  const raw = step.blocks.map(fromHex);
  const headerErrors: (CodedError | undefined)[] = [];
  for (const bytes of raw) {
    const header = decodeBlockHeader(bytes.subarray(0, HEADER_SIZE));
    headerErrors.push((await chain.processHeaders([header])).error);
  }
  const results = await Promise.all(raw.map((bytes) => chain.processBlock(bytes)));
  const errors = results.map((result, i) =>
    'error' in result ? (headerErrors[i] ?? result.error) : undefined,
  );
  const last = errors.at(-1);
  const { hash, height } = chain.tip;
  const found = `tip ${toReversedHex(hash)} at ${height}, last block: ${last?.message ?? 'ok'}`;
  if (toReversedHex(hash) !== step.tip || height !== step.height) {
    return `${found}; expected ${step.tip} at ${step.height} (${step.reason})`;
  }
  if (step.reason !== null && !reasonsOf(last).includes(step.reason)) {
    return `${found}; expected ${step.reason}`;
  }
  return step.accepted && last !== undefined ? `${found}; expected no failure` : undefined;
}

/** The recording has the reason alone, or the whole line of Core's log. */
function reasonsOf(error: CodedError | undefined): readonly string[] {
  if (error instanceof RuleError) return [error.code, error.message];
  return error instanceof DecodeError ? [error.message] : [];
}
