/**
 * `kill -9` at random moments of an import, again and again: every time the folder opens as it is, not
 * below the last tip that was synced, and the import goes on. In the end the coins are those of an
 * import that nobody disturbed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { drawChance, drawUnit } from '../../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { startChild } from './child.ts';
import { busyChain } from './made/busy-chain.ts';
import { writeFrames } from './made/frames.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';

const SIZES = {
  long: { blocks: 5000, transactions: 50_000 },
  short: { blocks: 500, transactions: 3000 },
} as const;

/** Small, so that coins leave the memory. */
const DBCACHE_BYTES = 1024 * 1024;
/** Everything is flushed after so many blocks: often, so that many kills come in the midst of it. */
const BLOCKS_A_FLUSH = 40;
/** So often, the kill comes while the folder is being opened. */
const WHILE_OPENING = 0.2;
/** How much of an undisturbed import a life lasts at most: many are needed for one. */
const LONGEST_LIFE = { long: 1 / 10, short: 1 / 2 } as const;
/** A process that takes longer than this hangs. */
const PATIENCE_MS = 120_000;

export const killTrial: Trial = {
  name: 'kill',
  shows: 'kill -9 at random moments of an import costs nothing that was synced',
  times: { long: 100, short: 5 },
  run: runKills,
};

/** The chain that is imported, and what happens to it. */
interface Import {
  readonly blocksFile: string;
  readonly folder: string;
  /** The hash of every block, by height. */
  readonly hashes: readonly string[];
  /** The height that was synced last, in whatever life. */
  synced: number;
}

/** When a process is to be killed: so long after it has begun to open the folder, or has opened it. */
interface Kill {
  readonly after: 'started' | 'opened';
  readonly ms: number;
}

interface Life {
  readonly wasKilled: boolean;
  /** The hash of the coins, if it came to the end of the import. */
  readonly coins: string | undefined;
  readonly failure: string | undefined;
  readonly openMs: number;
  readonly importMs: number;
}

async function runKills({ seed, size, times, folder, say }: TrialSetting): Promise<TrialReport> {
  const entropy = new SeededEntropy(`kill ${seed}`);
  const { blocks, transactions } = SIZES[size];
  const blocksFile = join(folder, 'blocks.dat');
  const hashes = makeBlocks(blocksFile, blocks, transactions, entropy.fork('blocks'));
  const newImport = (name: string): Import => {
    return { blocksFile, folder: join(folder, name), hashes, synced: 0 };
  };
  const calm = await live(newImport('undisturbed'), undefined);
  if (calm.failure !== undefined) return { figures: {}, failures: [calm.failure] };
  say(`undisturbed: opened in ${calm.openMs} ms, imported in ${calm.importMs} ms`);
  const moments = killMoments(entropy, calm, LONGEST_LIFE[size]);
  const figures = {
    blocks,
    transactions,
    kills: 0,
    'while opening': 0,
    'with something synced before': 0,
    'imports to the end': 0,
  };
  let [state, imports] = [newImport('import 0'), 0];
  // The last life is not disturbed, so that there is an end to compare.
  for (let isOver = false; !isOver; ) {
    const kill = figures.kills < times ? moments() : undefined;
    const life = await live(state, kill);
    if (life.failure !== undefined) {
      const after = `after ${figures.kills} kills, ${state.synced} blocks synced`;
      return { figures, failures: [`${after}: ${life.failure}`] };
    }
    if (life.wasKilled) {
      figures.kills++;
      if (kill?.after === 'started') figures['while opening']++;
      if (state.synced > 0) figures['with something synced before']++;
      if (figures.kills % 10 === 0) say(`${figures.kills} kills, ${state.synced} blocks synced`);
    }
    if (life.coins === undefined) continue;
    if (life.coins !== calm.coins) return { figures, failures: ['the coins are others'] };
    isOver = figures.kills >= times;
    figures['imports to the end'] = ++imports;
    rmSync(state.folder, { recursive: true });
    state = newImport(`import ${imports}`);
  }
  return { figures, failures: [] };
}

function makeBlocks(
  file: string,
  blocks: number,
  transactions: number,
  entropy: SeededEntropy,
): readonly string[] {
  const hashes = [''];
  const noted = function* (): Generator<Uint8Array> {
    for (const { hash, raw } of busyChain(blocks, transactions, entropy)) {
      hashes.push(toReversedHex(hash));
      yield raw;
    }
  };
  writeFrames(file, noted());
  return hashes;
}

function killMoments(entropy: SeededEntropy, calm: Life, longestLife: number): () => Kill {
  return () => {
    const whileOpening = drawChance(entropy, WHILE_OPENING);
    const longest = whileOpening ? calm.openMs : calm.importMs * longestLife;
    return { after: whileOpening ? 'started' : 'opened', ms: drawUnit(entropy) * longest };
  };
}

/** Goes on with an import, in a process that ends by itself or is killed. */
async function live(state: Import, kill: Kill | undefined): Promise<Life> {
  const { folder, blocksFile, hashes } = state;
  const heard = new Map<string, number>();
  let failure: string | undefined;
  let coins: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const task = { folder, blocksFile, dbcacheBytes: DBCACHE_BYTES, blocksAFlush: BLOCKS_A_FLUSH };
  const child = startChild('chain-process', task, ([word = '', at = '', hash, rest]) => {
    heard.set(word, performance.now());
    const height = Number(at);
    if (word === 'opened') {
      if (height > 0 && hash !== hashes[height]) failure = `opened with a strange tip, ${hash}`;
      if (height < state.synced) failure = `opened at ${height}, and ${state.synced} was synced`;
    }
    if (word === 'flushed') state.synced = Math.max(state.synced, height);
    if (word === 'finished') coins = rest;
    if (word === kill?.after) timer = setTimeout(() => child.process.kill('SIGKILL'), kill.ms);
  });
  const impatience = setTimeout(() => {
    failure = `still at it after ${PATIENCE_MS / 1000} s`;
    child.process.kill('SIGKILL');
  }, PATIENCE_MS);
  const { code, signal, errors } = await child.ended;
  clearTimeout(timer);
  clearTimeout(impatience);
  if (code !== 0 && signal !== 'SIGKILL') failure ??= `ended with code ${code}: ${errors}`;
  const [started = 0, opened = 0, ended = 0] = ['started', 'opened', 'finished'].map((word) =>
    heard.get(word),
  );
  return {
    wasKilled: signal === 'SIGKILL',
    coins,
    failure,
    openMs: Math.round(opened - started),
    importMs: Math.round(ended - opened),
  };
}
