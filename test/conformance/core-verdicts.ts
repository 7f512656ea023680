import { CodedError } from '../../src/protocol/bytes/coded-error.ts';
import { fromHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { RuleError } from '../../src/protocol/consensus/rule-error.ts';
import { regtestParams } from '../../src/protocol/params/regtest.ts';
import { type Block, decodeBlock } from '../../src/protocol/primitives/block.ts';
import { decodeBlockHeader, HEADER_SIZE } from '../../src/protocol/primitives/block-header.ts';
import { MemoryChain } from './memory-chain.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

interface Session {
  readonly clock: number;
  readonly options: readonly string[];
}

interface Step {
  readonly blocks: readonly string[];
  readonly accepted: boolean;
  readonly reason: string | null;
  readonly tip: string;
  readonly height: number;
}

const FILE = 'blocks/core-verdicts.jsonl.gz';

/**
 * Something that the recording leaves out: for this step Core's test put the clock two hours ahead,
 * so that a block from the future was one no longer; then it put it back, and the tip with it
 * (`invalidateblock`).
 */
const STEP_IN_THE_FUTURE = 65;
const TWO_HOURS = 2 * 60 * 60;

/** Bitcoin Core's own test of whole blocks: what it said to each, and where its tip was then. */
export const coreVerdictsCheck: VectorCheck = {
  file: FILE,
  total: 104,
  run(vectors) {
    const [first, ...lines] = vectors.text(FILE).trim().split('\n');
    const session = JSON.parse(first as string) as Session;
    // The one option that is a rule: BIP34 from the second block on.
    if (!session.options.includes('-testactivationheight=bip34@2')) {
      throw new Error(`recorded under other options: ${session.options.join(' ')}`);
    }
    const chain = new MemoryChain(regtestParams({ bip34: 2 }), session.clock);
    return lines.map((line, i) =>
      outcomeOf(`step ${i}`, () => {
        const step = JSON.parse(line) as Step;
        if (i === STEP_IN_THE_FUTURE) playStepInTheFuture(chain, step);
        else playStep(chain, step);
      }),
    );
  },
};

function playStepInTheFuture(chain: MemoryChain, step: Step): void {
  chain.now += TWO_HOURS;
  playStep(chain, step);
  chain.now -= TWO_HOURS;
  chain.invalidate(chain.tip);
}

function playStep(chain: MemoryChain, step: Step): void {
  const raw = step.blocks.map(fromHex);
  const headerFailures = raw.map((bytes) =>
    failureOf(() => chain.offerHeader(decodeBlockHeader(bytes.subarray(0, HEADER_SIZE)))),
  );
  const failures = raw.map((bytes, i) => {
    const failure = failureOf(() => chain.offerBlock(decodeBlock(bytes) as Block));
    return headerFailures[i] ?? failure;
  });
  const last = failures.at(-1);
  const { hash, height } = chain.tip;
  const found = `tip ${toReversedHex(hash)} at ${height}, last block: ${last?.message ?? 'ok'}`;
  if (toReversedHex(hash) !== step.tip || height !== step.height) {
    throw new Error(`${found}; expected ${step.tip} at ${step.height} (${step.reason})`);
  }
  if (step.reason !== null && !hasReason(last, step.reason)) {
    throw new Error(`${found}; expected ${step.reason}`);
  }
  if (step.accepted && last !== undefined) throw new Error(`${found}; expected no failure`);
}

function failureOf(run: () => void): CodedError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

/** The recording has the reason alone, or the whole line of Core's log. */
function hasReason(failure: CodedError | undefined, reason: string): boolean {
  if (failure === undefined) return false;
  return failure.message === reason || (failure instanceof RuleError && failure.code === reason);
}
