/**
 * A client that wants nothing but the height, every so often, over one connection. It has a process of
 * its own, so that what it measures is the node and not the one who abuses it. Told `stop`, it answers
 * `answered COUNT WRONG MEDIAN_MS P99_MS LONGEST_MS OWN_MS`, where the last is how long it was held up
 * itself.
 */
import { writeSync } from 'node:fs';
import { Agent } from 'node:http';
import { createInterface } from 'node:readline';
import { REPORT_STREAM } from '../child.ts';
import { watchLoop } from '../loop-watch.ts';
import { call } from './post.ts';
import type { Target } from './target.ts';

export interface HonestTask {
  readonly target: Target;
  readonly everyMs: number;
}

const { target, everyMs } = JSON.parse(process.argv[2] as string) as HonestTask;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const took: number[] = [];
let wrong = 0;
let isOver = false;

async function ask(): Promise<void> {
  const began = performance.now();
  try {
    const { status, text } = await call(target, 'getblockcount', [], { agent });
    if (status !== 200 || !/"result":\d+,/.test(text)) wrong++;
  } catch {
    wrong++;
  }
  took.push(performance.now() - began);
}

async function askOnAndOn(): Promise<void> {
  while (!isOver) {
    await ask();
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  if (line === 'stop') isOver = true;
});
const delays = await watchLoop(askOnAndOn);
commands.close();
agent.destroy();
took.sort((a, b) => a - b);
const at = (share: number): number => took[Math.floor((took.length - 1) * share)] ?? 0;
const figures = [at(0.5), at(0.99), at(1), delays.blockedMs].map((ms) => Math.round(ms * 10) / 10);
writeSync(REPORT_STREAM, `answered ${took.length} ${wrong} ${figures.join(' ')}\n`);
