/**
 * A long reorganisation, there and back: as deep as a week and a half of blocks, in a folder, while
 * the event loop stays free for others. In a process of its own, which has nothing else to do.
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { startChild, WITH_PRECEDENCE } from './child.ts';
import { BusyBranch } from './made/busy-branch.ts';
import { openingOf } from './made/busy-chain.ts';
import { writeFrames } from './made/frames.ts';
import type { MadeBlock } from './made/made-block.ts';
import type { ReorganiseStep, ReorganiseTask } from './reorganise-process.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';
import { openTrialNode } from './trial-node.ts';

const DEPTH = { long: 1088, short: 150 } as const;
const TRANSACTIONS_A_BLOCK = 10;

const MOST_SECONDS = 20;
/** A test shares its machine with others, whose work this one has to wait for. */
const MOST_BLOCKED_MS = { long: 50, short: 250 } as const;

export const reorganiseTrial: Trial = {
  name: 'reorganise',
  shows: 'a reorganisation of 1,088 blocks, there and back, blocks nobody else',
  times: { long: 1, short: 1 },
  async run(setting) {
    const figures: Record<string, number> = {};
    const failures: string[] = [];
    for (let i = 0; i < setting.times; i++) {
      const report = await once(setting, i);
      Object.assign(figures, report.figures);
      failures.push(...report.failures);
    }
    return { figures, failures };
  },
};

interface Branches {
  readonly common: readonly MadeBlock[];
  /** Two blocks longer than the depth. */
  readonly left: readonly MadeBlock[];
  readonly right: readonly MadeBlock[];
}

async function once(
  { seed, size, folder, say }: TrialSetting,
  number: number,
): Promise<TrialReport> {
  const depth = DEPTH[size];
  const branches = makeBranches(new SeededEntropy(`reorganise ${seed} ${number}`), depth);
  const { common, left, right } = branches;
  // The second that comes has as much work as the first, and is not followed.
  const before = [...common, ...left.slice(0, depth), ...right.slice(0, depth)];
  const there = [...common, ...right.slice(0, depth + 1)];
  const back = [...common, ...left];
  const write = (name: string, blocks: readonly MadeBlock[]): string => {
    const path = join(folder, `${name}-${number}.dat`);
    writeFrames(
      path,
      blocks.map(({ raw }) => raw),
    );
    return path;
  };
  const steps = await reorganise({
    folder: join(folder, `data-${number}`),
    before: write('before', before),
    steps: [write('there', right.slice(depth, depth + 1)), write('back', left.slice(depth))],
  });
  const failures: string[] = [];
  for (const [i, branch] of [there, back].entries()) {
    failures.push(...(await compare(steps[i] as ReorganiseStep, branch)));
  }
  for (const { seconds, blockedMs, ownMs } of steps) {
    say(`${seconds.toFixed(2)} s, event loop blocked for ${blockedMs} ms, ${ownMs} of its own`);
  }
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  const blockedMs = Math.max(...steps.map((step) => step.blockedMs));
  const ownMs = Math.max(...steps.map((step) => step.ownMs));
  if (seconds >= MOST_SECONDS) failures.push(`it took ${seconds.toFixed(1)} s`);
  if (ownMs > MOST_BLOCKED_MS[size]) failures.push(`it blocked others for ${ownMs} ms`);
  const figures = {
    'depth in blocks': depth,
    'transactions a block': TRANSACTIONS_A_BLOCK,
    'there and back, seconds': Math.round(seconds * 100) / 100,
    'event loop blocked at most, ms': blockedMs,
    'without waiting for a processor, ms': ownMs,
    'load of the machine': Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
  return { figures, failures };
}

function makeBranches(entropy: SeededEntropy, depth: number): Branches {
  const branch = BusyBranch.begin(regtest, entropy);
  const common = [...openingOf(branch)];
  const [left, right] = [branch.fork('left'), branch.fork('right')].map((fork) =>
    Array.from({ length: depth + 2 }, () => fork.mine(TRANSACTIONS_A_BLOCK)),
  ) as [MadeBlock[], MadeBlock[]];
  return { common, left, right };
}

async function reorganise(task: ReorganiseTask): Promise<readonly ReorganiseStep[]> {
  let steps: readonly ReorganiseStep[] | undefined;
  const hear = (words: readonly string[]): void => {
    steps = JSON.parse(words.join(' '));
  };
  const child = startChild('reorganise-process', task, hear, { before: WITH_PRECEDENCE });
  const { code, errors } = await child.ended;
  if (steps !== undefined && code === 0) return steps;
  throw new Error(`the process ended with code ${code}: ${errors}`);
}

/** What is not as it is in a node that has never seen another branch. */
async function compare(
  { tip, coins }: ReorganiseStep,
  branch: readonly MadeBlock[],
): Promise<readonly string[]> {
  const { hash, height } = branch.at(-1) as MadeBlock;
  if (tip !== toReversedHex(hash)) return [`the tip is ${tip}, and not at ${height}`];
  const straight = await openTrialNode({ params: regtest, folder: undefined });
  for (const { raw } of branch) await straight.chain.processBlock(raw);
  const expected = await straight.utxoHash();
  await straight.close();
  return coins === expected ? [] : [`the coins at ${height} are not those of a straight replay`];
}
