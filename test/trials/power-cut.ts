/**
 * A loss of power at any write of an import: on a simulated disk that keeps what was synced and a
 * random part of the rest, which is worse than what `kill -9` leaves. The folder opens all the same, not
 * below the last tip that was synced; in the end the coins are those of an import that nobody disturbed.
 * Everything happens in memory and in virtual time, so that a seed replays it to the last byte.
 */
import type { Chain } from '../../src/node/chain/chain.ts';
import type { Reindex } from '../../src/node/chain/chain-place.ts';
import { utxoStatistics } from '../../src/node/coins/utxo-set.ts';
import { type OpenedChain, openChain } from '../../src/node/open-chain.ts';
import { MemoryStores } from '../../src/node/storage/memory-stores.ts';
import { VirtualClock } from '../../src/outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../src/outside/disk/memory-disk.ts';
import { drawBelow, drawChance } from '../../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { LocalThreads } from '../../src/outside/threads/local-threads.ts';
import { CodedError } from '../../src/protocol/bytes/coded-error.ts';
import { equalBytes } from '../../src/protocol/bytes/compare.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { BusyBranch } from './made/busy-branch.ts';
import { openingOf } from './made/busy-chain.ts';
import type { MadeBlock } from './made/made-block.ts';
import type { Trial } from './trial.ts';

const BLOCKS = 240;
const TRANSACTIONS_A_BLOCK = 4;
/** So often a branch ends, and another one is longer. */
const REORGANISATIONS = 0.1;
const DEEPEST = 10;
/** Flushes come after so many blocks at most. */
const MOST_BLOCKS_A_FLUSH = 20;
/** Blocks that are offered before the first is waited for. */
const AT_ONCE = 8;
/** Power lasts for so many changes of the disk at most; in some lives, for hardly any. */
const MOST_CHANGES = 60;
const SHORT_LIFE = 6;
const SHORT_LIVES = 0.25;
/** So often, somebody has everything built anew, or the coins, from the block files. */
const REINDEXES = 0.15;

const NOW_MS = 1_700_000_000_000;

export const powerCutTrial: Trial = {
  name: 'power-cut',
  shows: 'a loss of power at any write of an import costs nothing that was synced',
  times: { long: 1000, short: 60 },
  async run({ seed, times, say }) {
    const entropy = new SeededEntropy(`power-cut ${seed}`);
    const blocks = makeBlocks(entropy.fork('blocks'));
    const calm = await new Machine(blocks, entropy.fork('calm')).importAll(0);
    const figures = {
      blocks: blocks.length,
      cuts: 0,
      'while opening': 0,
      reindexes: 0,
      'imports to the end': 0,
    };
    const failures: string[] = [];
    for (let number = 0; figures.cuts < times && failures.length === 0; number++) {
      const machine = new Machine(blocks, entropy.fork(`import ${number}`));
      try {
        const coins = await machine.importAll(times - figures.cuts);
        if (coins !== calm) failures.push(`import ${number}: the coins are others`);
        figures['imports to the end']++;
      } catch (error) {
        const what = error instanceof Error ? error.stack : String(error);
        failures.push(`import ${number}, cut ${machine.cuts}: ${what}`);
      }
      figures.cuts += machine.cuts;
      figures['while opening'] += machine.cutsWhileOpening;
      figures.reindexes += machine.reindexes;
      if (number % 10 === 9) say(`${figures.cuts} cuts`);
    }
    return { figures, failures };
  },
};

/** A chain with branches that were given up, in the order in which the blocks came. */
function makeBlocks(entropy: SeededEntropy): readonly MadeBlock[] {
  let branch = BusyBranch.begin(regtest, entropy);
  const blocks = [...openingOf(branch)];
  while (branch.end.height < BLOCKS) {
    const isGivenUp = drawChance(entropy, REORGANISATIONS);
    if (isGivenUp) {
      const other = branch.fork(String(blocks.length));
      const depth = 1 + drawBelow(entropy, DEEPEST);
      for (let i = 0; i < depth; i++) blocks.push(branch.mine(TRANSACTIONS_A_BLOCK));
      for (let i = 0; i < depth; i++) blocks.push(other.mine(TRANSACTIONS_A_BLOCK));
      branch = other;
    }
    blocks.push(branch.mine(TRANSACTIONS_A_BLOCK));
  }
  return blocks;
}

/** A computer that loses power from time to time. */
class Machine {
  readonly #blocks: readonly MadeBlock[];
  readonly #entropy: SeededEntropy;
  readonly #disk: MemoryDisk;
  readonly #stores = new MemoryStores({ losesPower: true });
  #synced = 0;
  cuts = 0;
  cutsWhileOpening = 0;
  reindexes = 0;

  constructor(blocks: readonly MadeBlock[], entropy: SeededEntropy) {
    this.#blocks = blocks;
    this.#entropy = entropy;
    this.#disk = new MemoryDisk({ entropy: entropy.fork('disk') });
  }

  /** Imports all blocks, however often power is lost, up to a limit. Answers with the coins. */
  async importAll(mostCuts: number): Promise<string> {
    for (;;) {
      const clock = new VirtualClock(NOW_MS);
      if (this.cuts >= mostCuts) return clock.settle(this.#live(clock));
      const most = drawChance(this.#entropy, SHORT_LIVES) ? SHORT_LIFE : MOST_CHANGES;
      this.#disk.cutPowerAfter(1 + drawBelow(this.#entropy, most));
      try {
        return await clock.settle(this.#live(clock));
      } catch (error) {
        // The simulated disk fails in these words; everything else is what is looked for here.
        if (!(error instanceof CodedError && /the power is off/.test(error.message))) throw error;
        this.cuts++;
        this.#disk.crash();
        this.#stores.crash(this.#entropy);
      }
    }
  }

  /** From switching on to the end of the import, unless power is lost. */
  async #live(clock: VirtualClock): Promise<string> {
    const opened = await this.#open(clock);
    try {
      this.#checkTip(opened);
      opened.chain.on((event) => {
        if (event.kind === 'flushed') this.#synced = Math.max(this.#synced, event.node.height);
      });
      return await this.#import(opened, clock);
    } finally {
      // Without power, this does nothing but to stop the timers.
      await opened.close().catch(() => {});
    }
  }

  async #open(clock: VirtualClock): Promise<OpenedChain> {
    try {
      return await openChain(
        { params: regtest, dataFolder: '/data', ...this.#drawReindex() },
        {
          disk: this.#disk,
          openStore: this.#stores.open,
          clock,
          entropy: this.#entropy.fork('node'),
          threads: new LocalThreads(clock),
        },
      );
    } catch (error) {
      this.cutsWhileOpening++;
      throw error;
    }
  }

  /** One that is interrupted goes on at the next start, so that no block is ever lost to it. */
  #drawReindex(): { readonly reindex?: Reindex } {
    if (!drawChance(this.#entropy, REINDEXES)) return {};
    this.reindexes++;
    return { reindex: drawChance(this.#entropy, 0.5) ? 'blocks' : 'coins' };
  }

  #checkTip({ chain }: OpenedChain): void {
    const { height, hash } = chain.tip;
    if (height > 0 && !this.#blocks.some((block) => equalBytes(hash, block.hash))) {
      throw new Error(`opened with a strange tip, ${toReversedHex(hash)} at ${height}`);
    }
    if (height >= this.#synced) return;
    throw new Error(`opened at ${height}, and ${this.#synced} was synced`);
  }

  async #import({ chain }: OpenedChain, clock: VirtualClock): Promise<string> {
    const underWay: Promise<void>[] = [];
    let untilFlush = 0;
    const isStored = ({ hash }: MadeBlock): boolean => chain.lookup(hash)?.isStored === true;
    const next = this.#blocks.findIndex((block) => !isStored(block));
    for (const { raw, height } of next < 0 ? [] : this.#blocks.slice(next)) {
      underWay.push(this.#offer(chain, raw, height));
      if (underWay.length >= AT_ONCE) await underWay.shift();
      if (untilFlush-- > 0) continue;
      await chain.flush();
      untilFlush = drawBelow(this.#entropy, MOST_BLOCKS_A_FLUSH);
    }
    await Promise.all(underWay);
    const { snapshot } = await chain.snapshotCoins();
    const { hash } = await utxoStatistics(snapshot, 'hash_serialized_3', { clock });
    await snapshot.release();
    return toReversedHex(hash as Uint8Array);
  }

  async #offer(chain: Chain, raw: Uint8Array, height: number): Promise<void> {
    const { kind } = await chain.processBlock(raw);
    if (kind === 'connected' || kind === 'sidechain' || kind === 'duplicate') return;
    throw new Error(`block ${height} is ${kind}`);
  }
}
