/**
 * A node in a process of its own, for trials that measure it or kill it: opens a folder, imports a file
 * of blocks from where it is, and says in single lines how far it has come.
 */
import { writeSync } from 'node:fs';
import type { BlockNode } from '../../src/node/chain/block-node.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { REPORT_STREAM } from './child.ts';
import { readFrames } from './made/frames.ts';
import { openTrialNode } from './trial-node.ts';

/** Blocks that are offered before the first is waited for. */
const AT_ONCE = 32;

interface Task {
  readonly folder: string;
  readonly blocksFile: string;
  readonly dbcacheBytes: number;
  readonly blocksAFlush: number;
}

/** Written at once: a line that has been written is not lost when the process is killed. */
function say(word: string, { height, hash }: BlockNode, rest = ''): void {
  writeSync(REPORT_STREAM, `${word} ${height} ${toReversedHex(hash)}${rest}\n`);
}

async function main({ folder, blocksFile, dbcacheBytes, blocksAFlush }: Task): Promise<void> {
  writeSync(REPORT_STREAM, 'started\n');
  const node = await openTrialNode({ params: regtest, folder, dbcacheBytes });
  const { chain } = node;
  say('opened', chain.tip);
  chain.on((event) => {
    if (event.kind === 'flushed') say('flushed', event.node);
  });
  let height = 0;
  const first = chain.tip.height + 1;
  const underWay: Promise<unknown>[] = [];
  for (const raw of readFrames(blocksFile)) {
    if (++height < first) continue;
    underWay.push(chain.processBlock(raw));
    if (underWay.length >= AT_ONCE) await underWay.shift();
    if (height % blocksAFlush === 0) underWay.push(chain.flush());
  }
  await Promise.all(underWay);
  const hash = await node.utxoHash();
  say('finished', chain.tip, ` ${hash}`);
  await node.close();
}

await main(JSON.parse(process.argv[2] as string) as Task);
