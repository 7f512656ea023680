/** Reorganises a chain in a folder, and watches the event loop: see `reorganise.ts`. */
import { writeSync } from 'node:fs';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { REPORT_STREAM } from './child.ts';
import { type LoopDelays, watchLoop } from './loop-watch.ts';
import { readFrames } from './made/frames.ts';
import { openTrialNode } from './trial-node.ts';

export interface ReorganiseTask {
  readonly folder: string;
  /** What is there before, both branches included. */
  readonly before: string;
  /** For each reorganisation, the blocks that make another branch the best one. */
  readonly steps: readonly string[];
}

export interface ReorganiseStep extends LoopDelays {
  readonly seconds: number;
  readonly tip: string;
  readonly coins: string;
}

async function main({ folder, before, steps }: ReorganiseTask): Promise<void> {
  const node = await openTrialNode({ params: regtest, folder });
  const { chain } = node;
  for (const raw of readFrames(before)) await chain.processBlock(raw);
  // What is still to be written of that belongs to that.
  await chain.flush();
  const done: ReorganiseStep[] = [];
  for (const step of steps) {
    const blocks = [...readFrames(step)];
    let seconds = 0;
    const delays = await watchLoop(async () => {
      const start = performance.now();
      for (const raw of blocks) await chain.processBlock(raw);
      seconds = (performance.now() - start) / 1000;
    });
    const tip = toReversedHex(chain.tip.hash);
    done.push({ ...delays, seconds, tip, coins: await node.utxoHash() });
  }
  await node.close();
  writeSync(REPORT_STREAM, `${JSON.stringify(done)}\n`);
}

await main(JSON.parse(process.argv[2] as string) as ReorganiseTask);
