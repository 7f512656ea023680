/** What Bitcoin Core's own test of whole blocks saw, played to this chain: headers first, then bodies. */
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { memoryChain, type TestChain } from '../../../test/fixtures/test-chain.ts';
import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { fromHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import { regtestParams } from '../../protocol/params/regtest.ts';
import { decodeBlockHeader } from '../../protocol/primitives/block-header.ts';

const FILE = 'blocks/core-verdicts.jsonl.gz';
const STEPS = 104;
/** For this step Core's test put the clock ahead, and afterwards its clock and its tip back. */
const STEP_IN_THE_FUTURE = 65;
const TWO_HOURS_MS = 2 * 60 * 60 * 1000;

interface Step {
  readonly blocks: readonly string[];
  readonly accepted: boolean;
  readonly reason: string | null;
  readonly tip: string;
  readonly height: number;
}

const vectors = VectorFolder.find();
if (vectors === undefined) console.warn(`core-verdicts: SKIPPED, there is no ${FILE}`);

describe.skipIf(vectors === undefined)(
  'the chain, under Bitcoin Core’s test of whole blocks',
  () => {
    it('ends every step with the tip, the height and the reason that Core recorded', async () => {
      const [first, ...lines] = (vectors as VectorFolder).text(FILE).trim().split('\n');
      const { clock: time } = JSON.parse(first as string) as { readonly clock: number };
      const test = await memoryChain(regtestParams({ bip34: 2 }), time);
      for (const [i, line] of lines.entries()) {
        const step = JSON.parse(line) as Step;
        if (i === STEP_IN_THE_FUTURE) {
          test.clock.freeze(time * 1000 + TWO_HOURS_MS);
          await playStep(test, step, i);
          test.clock.freeze(time * 1000);
          await test.chain.invalidateBlock(test.chain.tip.hash);
        } else {
          await playStep(test, step, i);
        }
      }
      expect(lines).toHaveLength(STEPS);
      await test.chain.close();
    });
  },
);

async function playStep({ chain }: TestChain, step: Step, number: number): Promise<void> {
  const raw = step.blocks.map(fromHex);
  const headerFailures: (CodedError | undefined)[] = [];
  for (const bytes of raw) {
    const { error } = await chain.processHeaders([decodeBlockHeader(bytes.subarray(0, 80))]);
    headerFailures.push(error);
  }
  const results = await Promise.all(raw.map((bytes) => chain.processBlock(bytes)));
  const failures = results.map((result, i) =>
    'error' in result ? (headerFailures[i] ?? result.error) : undefined,
  );
  const last = failures.at(-1);
  const { tip } = chain;
  expect({ number, tip: toReversedHex(tip.hash), height: tip.height }).toEqual({
    number,
    tip: step.tip,
    height: step.height,
  });
  if (step.reason !== null) expect(reasonsOf(last), `step ${number}`).toContain(step.reason);
  if (step.accepted) expect(last, `step ${number}`).toBeUndefined();
}

/** The recording has the reason alone, or the whole line of Core's log. */
function reasonsOf(failure: CodedError | undefined): readonly string[] {
  if (failure instanceof RuleError) return [failure.code, failure.message];
  return failure instanceof DecodeError ? [failure.message] : [];
}
