/**
 * Random trees of blocks with conflicting spends, delivered in random order: headers before bodies or
 * after them, bodies twice, wrong bodies in between, invalid blocks among the others. It always ends on
 * a branch with the most work of the valid ones, with the coins of a straight replay of that branch.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import {
  growTree,
  MOST_BLOCKS,
  type TreeBlock,
  type TreeWishes,
  treeParams,
  treeWishes,
} from './made/block-tree.ts';
import { mutations } from './made/mutations.ts';
import type { Trial } from './trial.ts';
import { openTrialNode, type TrialNode } from './trial-node.ts';

/** When what becomes of a block comes; of equal numbers, the earlier block is first. */
interface Delivery {
  readonly header: number | undefined;
  readonly body: number;
  readonly again: number | undefined;
  readonly mutated: readonly { readonly kind: number; readonly at: number }[];
}

const moment = fc.nat(100);
const delivery = fc.record<Delivery>({
  header: fc.option(moment, { nil: undefined }),
  body: moment,
  again: fc.option(moment, { nil: undefined }),
  mutated: fc.array(fc.record({ kind: fc.nat(mutations.length - 1), at: moment }), {
    maxLength: 2,
  }),
});

interface Case {
  readonly tree: TreeWishes;
  /** One for each block, in turn. */
  readonly deliveries: readonly Delivery[];
  /** So many bodies are offered before the first is waited for. */
  readonly atOnce: number;
  /** After so many steps the node is closed, and opened again. */
  readonly restartAt: number | undefined;
}

const cases: fc.Arbitrary<Case> = fc.record({
  tree: treeWishes,
  deliveries: fc.array(delivery, { minLength: 1, maxLength: MOST_BLOCKS }),
  atOnce: fc.integer({ min: 1, max: 6 }),
  restartAt: fc.option(fc.nat(30), { nil: undefined }),
});

/** Something that is handed to the node. */
interface Step {
  readonly at: number;
  readonly kind: 'header' | 'body' | 'mutated';
  readonly block: TreeBlock;
  readonly raw: Uint8Array;
}

export const blockTreesTrial: Trial = {
  name: 'block-trees',
  shows: 'random trees of blocks, in random order, end on the best valid branch with its coins',
  times: { long: 1000, short: 25 },
  async run({ seed, times, folder }) {
    let number = 0;
    let steps = 0;
    const property = fc.asyncProperty(cases, async (one) => {
      const path = join(folder, String(number++));
      steps += await play(one, path);
      rmSync(path, { recursive: true, force: true });
    });
    const details = await fc.check(property, { seed, numRuns: times });
    const figures = { trees: details.numRuns, steps };
    return { figures, failures: details.failed ? [failureOf(details)] : [] };
  },
};

function failureOf({ counterexample, errorInstance, numRuns }: fc.RunDetails<[Case]>): string {
  const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `tree ${numRuns}: ${what}; the smallest that fails so: ${JSON.stringify(counterexample)}`;
}

async function play(one: Case, folder: string): Promise<number> {
  const blocks = growTree(one.tree);
  const steps = stepsOf(blocks, one);
  const inMemory = await delivered(blocks, steps, { ...one, restartAt: undefined });
  const onDisk = await delivered(blocks, steps, one, folder);
  const tip = checkTip(blocks, inMemory.tip);
  if (one.restartAt === undefined && inMemory.tip !== onDisk.tip) {
    throw new Error(`the tip is ${inMemory.tip} in memory, and ${onDisk.tip} on the disk`);
  }
  // Of branches with the same work, a node that was started again may take another one.
  const diskTip = checkTip(blocks, onDisk.tip);
  const straight = await replayed(tip);
  if (inMemory.coins !== straight) throw new Error('the coins are not those of a straight replay');
  const straightOnDisk = diskTip === tip ? straight : await replayed(diskTip);
  if (onDisk.coins !== straightOnDisk) throw new Error('the coins on the disk are others');
  return steps.length;
}

function stepsOf(blocks: readonly TreeBlock[], { deliveries }: Case): readonly Step[] {
  const steps = blocks.flatMap((block, i) => {
    const { header, body, again, mutated } = deliveries[i % deliveries.length] as Delivery;
    const { raw } = block;
    const found: Step[] = [{ at: body, kind: 'body', block, raw }];
    if (header !== undefined) found.push({ at: header, kind: 'header', block, raw });
    if (again !== undefined) found.push({ at: again, kind: 'body', block, raw });
    for (const { kind, at } of mutated) {
      const wrong = mutations[kind]?.(block);
      if (wrong !== undefined) found.push({ at, kind: 'mutated', block, raw: wrong });
    }
    return found;
  });
  return steps.sort((a, b) => a.at - b.at);
}

/** A valid block with the most work; an error if the tip is anything else. */
function checkTip(blocks: readonly TreeBlock[], tip: string): TreeBlock | undefined {
  const most = Math.max(0, ...blocks.map(({ isValid, height }) => (isValid ? height : 0)));
  const found = blocks.find(({ hash }) => toReversedHex(hash) === tip);
  if ((found?.height ?? 0) !== most) {
    throw new Error(`the tip is at ${found?.height ?? 0}; the best valid block is at ${most}`);
  }
  if (found?.isValid === false) throw new Error(`the tip is invalid: ${tip}`);
  return found;
}

interface End {
  readonly tip: string;
  readonly coins: string;
}

/** Hands everything to a new node, and says where that leads. */
async function delivered(
  blocks: readonly TreeBlock[],
  steps: readonly Step[],
  { atOnce, restartAt }: Pick<Case, 'atOnce' | 'restartAt'>,
  folder?: string,
): Promise<End> {
  const open = () => openTrialNode({ params: treeParams, folder });
  let node = await open();
  let restart = restartAt;
  let queue = [...steps];
  for (let done = 0; queue.length > 0; ) {
    const orphans: Step[] = [];
    const before = queue.length;
    while (queue.length > 0) {
      if (restart !== undefined && done >= restart) {
        restart = undefined;
        await node.close();
        node = await open();
      }
      const some = queue.splice(0, atOnce);
      done += some.length;
      const taken = await Promise.all(some.map((step) => hand(node, step)));
      orphans.push(...some.filter((_, i) => taken[i] === false));
    }
    // Whoever had sent them would send them again, once what they build on is known.
    queue = orphans;
    if (orphans.length < before) continue;
    // What builds on an invalid block is refused, and what builds on that has no parent.
    const lost = orphans.filter(({ block }) => block.isValid);
    if (lost.length > 0) throw new Error(`${lost.length} valid blocks are orphans forever`);
    break;
  }
  checkStatus(node, blocks);
  const end = { tip: toReversedHex(node.chain.tip.hash), coins: await node.utxoHash() };
  await node.close();
  return end;
}

/** Whether it was taken, or refused for good: false for what builds on something that is not known. */
async function hand({ chain }: TrialNode, { kind, block, raw }: Step): Promise<boolean> {
  if (kind === 'header') {
    const { error } = await chain.processHeaders([block.block.header]);
    return error?.verdict !== 'missing-parent';
  }
  const result = await chain.processBlock(raw);
  if (kind === 'mutated' && (result.kind === 'connected' || result.kind === 'sidechain')) {
    throw new Error('a body that is not that of its header was taken');
  }
  return result.kind !== 'orphan';
}

/** No valid block may be called invalid, whatever came under its name; and all of them are here. */
function checkStatus({ chain }: TrialNode, blocks: readonly TreeBlock[]): void {
  for (const { hash } of blocks.filter(({ isValid }) => isValid)) {
    const found = chain.lookup(hash);
    const name = `the valid block ${toReversedHex(hash)}`;
    if (found?.isStored !== true) throw new Error(`${name} was not stored`);
    if (found.isFailed) throw new Error(`${name} was called invalid`);
  }
}

async function replayed(tip: TreeBlock | undefined): Promise<string> {
  const node = await openTrialNode({ params: treeParams, folder: undefined });
  const branch: TreeBlock[] = [];
  for (let at = tip; at?.parent !== undefined; at = at.parent) branch.push(at);
  for (const { raw, height } of branch.reverse()) {
    const { kind } = await node.chain.processBlock(raw);
    if (kind !== 'connected') throw new Error(`block ${height} of a straight replay is ${kind}`);
  }
  const coins = await node.utxoHash();
  await node.close();
  return coins;
}
