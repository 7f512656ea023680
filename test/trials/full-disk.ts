/**
 * A disk that fills up in the midst of an import: a small one of its own, in memory but real, whose last
 * space somebody else takes at a chosen point. The import stops with one clear message, and goes on
 * where it was once there is space.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawBelow, shuffled } from '../../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { type CommandRun, runBlockyard } from './command.ts';
import { FILL_PLACES, type FillPlace, type FillPoint, type WriteCounts } from './filling-disk.ts';
import type { FullDiskTask } from './full-disk-process.ts';
import { BusyBranch } from './made/busy-branch.ts';
import { openingOf } from './made/busy-chain.ts';
import { writeFrames } from './made/frames.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';

const SIZES = {
  long: { blocks: 900, coinsABlock: 600 },
  short: { blocks: 300, coinsABlock: 1500 },
} as const;

const TRANSACTIONS_A_BLOCK = 20;

const DISK_MIB = 128;
const DBCACHE_MIB = 4;
const WRITE_BUFFER_BYTES = 2 * 1024 * 1024;
/** Room for the next blocks, and not for the table of the coins that is due. */
const LESS_THAN_A_TABLE = 1.5 * 1024 * 1024;

export const fullDiskTrial: Trial = {
  name: 'full-disk',
  shows:
    'an import on a disk that fills up stops with one message, and goes on when there is space',
  times: { long: 20, short: 2 },
  async run(setting) {
    const mount = join(setting.folder, 'disk');
    mkdirSync(mount);
    const mounted = mountDisk(mount);
    if (mounted !== undefined) return { figures: { SKIPPED: mounted }, failures: [] };
    try {
      return await runFullDisk(setting, mount);
    } finally {
      spawnSync('umount', [mount]);
    }
  },
};

/** Mounts a small disk; what it says if that is not allowed. */
function mountDisk(mount: string): string | undefined {
  const options = ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', mount];
  const { status, stderr, error } = spawnSync('mount', options, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `a disk of its own cannot be mounted here: ${error?.message ?? stderr.trim()}`;
}

async function runFullDisk(
  { seed, size, times, folder, say }: TrialSetting,
  mount: string,
): Promise<TrialReport> {
  const entropy = new SeededEntropy(`full-disk ${seed}`);
  const blocksFile = join(folder, 'blocks.dat');
  writeFrames(blocksFile, makeBlocks(SIZES[size], entropy.fork('blocks')));
  const disk = new SmallDisk(mount, blocksFile);
  const calm = await disk.importBlocks(undefined);
  if (calm.code !== 0) return { figures: {}, failures: [`undisturbed: ${problemOf(calm)}`] };
  const counts = JSON.parse(calm.report) as WriteCounts;
  const coins = await disk.coins();
  say(`undisturbed: coins ${coins}, writes ${calm.report}`);
  const figures = { points: times, stopped: 0, 'stopped again': 0, resumed: 0 };
  const failures: string[] = [];
  const places = shuffled(entropy, FILL_PLACES);
  for (let i = 0; i < times; i++) {
    const point = drawPoint(entropy, places[i % places.length] as FillPlace, counts);
    const name = `${point.place} ${point.write} of ${counts[point.place]}`;
    disk.clear();
    const full = await disk.importBlocks(point);
    if (isClearStop(full)) figures.stopped++;
    else failures.push(`${name}: ${problemOf(full)}`);
    say(`${name}: ${full.messages.join(' | ')}`);
    const still = await disk.importBlocks(undefined);
    if (isClearStop(still)) figures['stopped again']++;
    else if (still.code !== 0) failures.push(`${name}, started again: ${problemOf(still)}`);
    disk.free();
    const resumed = await disk.importBlocks(undefined);
    const after = await disk.coins();
    if (resumed.code === 0 && after === coins) figures.resumed++;
    else failures.push(`${name}, resumed: ${problemOf(resumed)}, coins ${after}`);
  }
  return { figures, failures };
}

/** Blocks that make many coins, so that databases have much to sort, and blocks that spend some. */
function* makeBlocks(
  { blocks, coinsABlock }: { readonly blocks: number; readonly coinsABlock: number },
  entropy: SeededEntropy,
): Generator<Uint8Array> {
  const branch = BusyBranch.begin(regtest, entropy);
  for (const { raw } of openingOf(branch)) yield raw;
  while (branch.end.height < blocks) {
    yield branch.fanOut(coinsABlock).raw;
    yield branch.mine(TRANSACTIONS_A_BLOCK).raw;
  }
}

/**
 * One of the writes that an undisturbed import makes. How often databases are written to depends on the
 * moment, so there it is one of the first half, which every import comes to; and there the other half,
 * which is more than a disk takes that has no room for a table, is still to come.
 */
function drawPoint(entropy: SeededEntropy, place: FillPlace, counts: WriteCounts): FillPoint {
  const isOfFiles = place === 'block' || place === 'undo';
  const most = isOfFiles ? counts[place] : Math.max(1, Math.floor(counts[place] / 2));
  const write = 1 + drawBelow(entropy, most);
  const spare = place === 'compaction' ? LESS_THAN_A_TABLE : drawBelow(entropy, 3) * 4096;
  return { place, write, spare };
}

function isClearStop({ code, messages }: CommandRun): boolean {
  return code === 1 && messages.length === 1 && /full/.test(messages[0] ?? '');
}

function problemOf({ code, messages }: CommandRun): string {
  return `exit code ${code}, ${messages.length} messages: ${messages.join(' | ')}`;
}

/** A disk that has nothing on it but a chain and the file that takes all the space. */
class SmallDisk {
  readonly #mount: string;
  readonly #blocksFile: string;

  constructor(mount: string, blocksFile: string) {
    this.#mount = mount;
    this.#blocksFile = blocksFile;
  }

  /** Gives back the space that somebody else has taken. */
  free(): void {
    rmSync(join(this.#mount, 'ballast'), { force: true });
  }

  clear(): void {
    this.free();
    rmSync(join(this.#mount, 'data'), { recursive: true, force: true });
    const { bavail, blocks } = statfsSync(this.#mount);
    if (bavail < blocks - 16) throw new Error('the small disk is not empty');
  }

  importBlocks(point: FillPoint | undefined): Promise<CommandRun> {
    const dbcache = ['--dbcache', String(DBCACHE_MIB)];
    return this.#run(['import', this.#blocksFile, ...dbcache], point);
  }

  /** The hash of all coins. */
  async coins(): Promise<string> {
    const { output, messages } = await this.#run(['chain', 'utxo-hash', '--json'], undefined);
    return output === '' ? messages.join(' | ') : String(JSON.parse(output).hash_serialized_3);
  }

  #run(words: readonly string[], point: FillPoint | undefined): Promise<CommandRun> {
    const place = ['--chain', 'regtest', '--datadir', join(this.#mount, 'data')];
    const task: FullDiskTask = {
      words: [...words, ...place],
      ballast: join(this.#mount, 'ballast'),
      point,
      writeBufferBytes: WRITE_BUFFER_BYTES,
    };
    const program = fileURLToPath(new URL('./full-disk-process.js', import.meta.url));
    return runBlockyard([JSON.stringify(task)], program);
  }
}
