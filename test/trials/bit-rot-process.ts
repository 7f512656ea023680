/**
 * Damages copies of a data folder, one after the other, and tells what a node makes of each: see
 * `bit-rot.ts`. In a process of its own, since what is looked for could end or hang one.
 */
import { cpSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Reindex } from '../../src/node/chain/chain-place.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { CodedError } from '../../src/protocol/bytes/coded-error.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { REPORT_STREAM } from './child.ts';
import { applyDamage, damageText, drawDamage } from './damage.ts';
import { type Answers, answersOf, openIndexedNode } from './indexed-node.ts';
import { readFrames } from './made/frames.ts';

export interface BitRotTask {
  /** A data folder that is whole. It is only read. */
  readonly master: string;
  /** For the copies. */
  readonly scratch: string;
  readonly blocksFile: string;
  readonly seed: number;
  /** The numbers of the cases: from the first, and before the last. */
  readonly from: number;
  readonly to: number;
}

export interface BitRotLine {
  readonly number: number;
  readonly damage: string;
  /**
   * - `begun`: it is not known yet
   * - `harmless`: all answers are right
   * - `detected`: it was noticed, the message said what to do, and that has helped
   * - `failed`: anything else
   */
  readonly outcome: 'begun' | 'harmless' | 'detected' | 'failed';
  readonly message: string;
}

/** Of so many cases, the last one is a cut. */
export const CASES_PER_CUT = 6;

async function main(task: BitRotTask): Promise<void> {
  const { master, scratch, from, to } = task;
  const data = join(scratch, 'data');
  cpSync(master, data, { recursive: true });
  const expected = await ask(data, undefined);
  for (let number = from; number < to; number++) {
    rmSync(data, { recursive: true });
    cpSync(master, data, { recursive: true });
    const entropy = new SeededEntropy(`bit-rot ${task.seed} ${number}`);
    const kind = (number + 1) % CASES_PER_CUT === 0 ? 'cut' : 'flip';
    const damage = drawDamage(entropy, data, kind);
    applyDamage(data, damage);
    const name = damageText(damage);
    say({ number, damage: name, outcome: 'begun', message: '' });
    say({ number, damage: name, ...(await judge(data, expected, task)) });
  }
}

function say(line: BitRotLine): void {
  writeSync(REPORT_STREAM, `${JSON.stringify(line)}\n`);
}

async function judge(
  data: string,
  expected: Answers,
  { blocksFile }: BitRotTask,
): Promise<Pick<BitRotLine, 'outcome' | 'message'>> {
  let message: string;
  try {
    const wrong = differences(expected, await ask(data, undefined));
    if (wrong === '') return { outcome: 'harmless', message: '' };
    return { outcome: 'failed', message: `wrong answers, without a word: ${wrong}` };
  } catch (error) {
    if (!(error instanceof CodedError)) return { outcome: 'failed', message: stackOf(error) };
    ({ message } = error);
  }
  const reindex = cureOf(message, data);
  if (reindex === 'unknown') {
    return { outcome: 'failed', message: `the message does not say what to do: ${message}` };
  }
  try {
    const wrong = differences(expected, await ask(data, reindex, blocksFile));
    if (wrong === '') return { outcome: 'detected', message };
    return { outcome: 'failed', message: `cured, and still wrong: ${wrong} (${message})` };
  } catch (error) {
    return { outcome: 'failed', message: `no cure: ${stackOf(error)} (${message})` };
  }
}

/** Does what a message says as far as that is done by hand, and answers with the rest. */
function cureOf(message: string, data: string): Reindex | undefined | 'unknown' {
  if (message.includes('--reindex-chainstate')) return 'coins';
  if (message.includes('--reindex')) return 'blocks';
  const index = /indexes\/(\w+)/.exec(message)?.[1];
  if (index === undefined || !message.includes('remove the folder')) return 'unknown';
  rmSync(join(data, regtest.name, 'indexes', index), { recursive: true });
  return undefined;
}

/**
 * All that a folder answers, once everything in it has been checked. Blocks that are gone come again
 * from a file, as they would from other nodes.
 */
async function ask(
  data: string,
  reindex: Reindex | undefined,
  blocksFile?: string,
): Promise<Answers> {
  const node = await openIndexedNode({ folder: data, ...(reindex && { reindex }) });
  try {
    if (blocksFile !== undefined) {
      for (const raw of readFrames(blocksFile)) await node.chain.processBlock(raw);
      await node.indexes.settled();
    }
    const { failure } = await node.chain.verify({ level: 4, blocks: 0 });
    if (failure !== undefined) throw failure.error;
    return await answersOf(node);
  } finally {
    await node.close();
  }
}

function differences(expected: Answers, actual: Answers): string {
  const names = Object.keys(expected).filter((name) => expected[name] !== actual[name]);
  return names.map((name) => `${name} is ${actual[name]}, not ${expected[name]}`).join('; ');
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main(JSON.parse(process.argv[2] as string) as BitRotTask);
