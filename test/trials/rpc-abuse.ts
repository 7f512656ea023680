/**
 * Everything that is not a decent request, sent to a node in a process of its own, over real sockets.
 * Nothing falls over, memory does not grow, no connection stays open, and meanwhile an honest client is
 * answered as if nobody else was there; in the end the node goes on with its work.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededDice } from '../fuzz/mutate.ts';
import type { Abuse, AbuseStage } from './rpc-abuse/abuse.ts';
import {
  deepJson,
  longBodies,
  mutatedRequests,
  strangeTexts,
  tellingNames,
} from './rpc-abuse/bodies.ts';
import { hugeBatches, parallelCalls, wrongPasswords } from './rpc-abuse/calls.ts';
import { halfClosed, pipelining, slowConnections } from './rpc-abuse/connections.ts';
import { garbage, hugeHeaders, lyingChunks, lyingLengths } from './rpc-abuse/malformed-http.ts';
import { call } from './rpc-abuse/post.ts';
import {
  AbusedNode,
  HonestCaller,
  type HonestFigures,
  type NodeFigures,
} from './rpc-abuse/processes.ts';
import { basic } from './rpc-abuse/target.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';

const ABUSES: readonly Abuse[] = [
  wrongPasswords,
  parallelCalls,
  deepJson,
  tellingNames,
  strangeTexts,
  longBodies,
  hugeBatches,
  garbage,
  hugeHeaders,
  lyingChunks,
  lyingLengths,
  mutatedRequests,
  pipelining,
  halfClosed,
  slowConnections,
];

const TIMEOUT_MS = { long: 10_000, short: 2000 } as const;
const MOST_GROWTH_MB = 32;
/** How long an answer to the honest client may take. */
const LONGEST_ANSWER_MS = 500;
const HONEST_EVERY_MS = 50;
/** How long connections may take to end that somebody has left. */
const PATIENCE_MS = 5000;
const USER = 'honest';
const PASSWORD = 'a good password';

export const rpcAbuseTrial: Trial = {
  name: 'rpc-abuse',
  shows: 'whatever is sent to JSON-RPC hurts no node, and delays no honest client',
  times: { long: 3, short: 1 },
  async run(setting) {
    const timeoutMs = TIMEOUT_MS[setting.size];
    const failures: string[] = [];
    const task = { seed: setting.seed, user: USER, password: PASSWORD, timeoutMs };
    const node = new AbusedNode(task, failures);
    const port = await node.port;
    if (port === 0) return { figures: {}, failures };
    const target = { port, authorization: basic(USER, PASSWORD) };
    const honest = new HonestCaller({ target, everyMs: HONEST_EVERY_MS });
    try {
      const stage = { target, timeoutMs, dice: seededDice(setting.seed), size: setting.size };
      return await abuse(setting, stage, { node, honest }, failures);
    } finally {
      node.kill();
      honest.kill();
    }
  },
};

async function abuse(
  { say, times }: TrialSetting,
  stage: AbuseStage,
  { node, honest }: { readonly node: AbusedNode; readonly honest: HonestCaller },
  failures: string[],
): Promise<TrialReport> {
  // What is made once, when code runs for the first time, is no growth.
  await call(stage.target, 'getblockchaininfo');
  await sleep(500);
  const before = await node.measure();
  const rows: Record<string, number | string>[] = [];
  for (let round = 1; round <= times; round++) {
    for (const { name, run } of ABUSES) {
      const began = performance.now();
      const { sent, answers, wrong } = await run(stage);
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      failures.push(...wrong.map((words) => `${name}: ${words}`));
      rows.push({ round, abuse: name, sent, answers, seconds });
      say(`${name}: ${sent} sent; ${answers}; ${seconds} s`);
    }
  }
  const sockets = Math.max(0, await socketsLeft(node, before.sockets));
  const after = await node.measure();
  const growth = (after.bytes - before.bytes) / 1e6;
  const answered = await honest.stop();
  await goesOn(stage, failures);
  const figures = await node.stop();
  if (sockets > 0) failures.push(`${sockets} sockets are still open`);
  if (growth > MOST_GROWTH_MB) failures.push(`memory grew by ${growth.toFixed(1)} MB`);
  checkHonest(answered, figures, failures);
  return {
    figures: {
      abuses: rows,
      'memory growth (MB)': Math.round(growth * 10) / 10,
      'peak memory (MB)': figures.peakMemoryMb,
      'sockets left open': sockets,
      'honest calls': answered.count,
      'honest answers ms (median, 99 %, longest)': `${answered.medianMs}, ${answered.p99Ms}, ${answered.longestMs}`,
      'event loop held up for ms (own, in all)': `${figures.ownMs}, ${figures.blockedMs}`,
    },
    failures,
  };
}

/** How many more there are than in the beginning, once all have had the time to end. */
async function socketsLeft(node: AbusedNode, atFirst: number): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const left = (await node.measure()).sockets - atFirst;
    if (!(left > 0) || performance.now() > end) return left;
    await sleep(200);
  }
}

/** The node mines and tells of it, as before. */
async function goesOn({ target }: AbuseStage, failures: string[]): Promise<void> {
  const height = async (): Promise<number> =>
    Number(/"result":(\d+)/.exec((await call(target, 'getblockcount')).text)?.[1]);
  const before = await height();
  const mined = await call(target, 'generatetodescriptor', [1, 'raw(51)#8lvh9jxk']);
  const after = await height();
  if (after !== before + 1) failures.push(`no block is mined afterwards: ${mined.text}`);
}

function checkHonest(
  { count, wrong, longestMs, ownMs }: HonestFigures,
  node: NodeFigures,
  failures: string[],
): void {
  // Where the machine is busy with something else, both can only wait for a processor.
  const delayMs = longestMs - ownMs - (node.blockedMs - node.ownMs);
  if (delayMs > LONGEST_ANSWER_MS) failures.push(`an honest call took ${longestMs} ms`);
  if (wrong > 0) failures.push(`${wrong} of ${count} honest calls got no good answer`);
  if (!(count > 0)) failures.push('no honest call was answered');
}
