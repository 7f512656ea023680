/**
 * A loss of power at any write of an import: on a simulated disk that keeps what was synced and a
 * random part of the rest, which is worse than what `kill -9` leaves. The folder opens all the same, not
 * below the last tip that was synced; in the end the coins are those of an import that nobody disturbed.
 * Everything happens in memory and in virtual time, so that a seed replays it to the last byte.
 */
import type { Chain } from '../../src/node/chain/chain.ts';
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
import { busyChain } from './made/busy-chain.ts';
import type { MadeBlock } from './made/made-block.ts';
import type { Trial } from './trial.ts';

const BLOCKS = 200;
const TRANSACTIONS = 600;
/** Flushes come after so many blocks at most. */
const MOST_BLOCKS_A_FLUSH = 20;
/** Blocks that are offered before the first is waited for. */
const AT_ONCE = 8;
/** Power lasts for so many changes of the disk at most; in some lives, for hardly any. */
const MOST_CHANGES = 60;
const SHORT_LIFE = 6;
const SHORT_LIVES = 0.25;

const NOW_MS = 1_700_000_000_000;

export const powerCutTrial: Trial = {
  name: 'power-cut',
  shows: 'a loss of power at any write of an import costs nothing that was synced',
  times: { long: 1000, short: 60 },
  async run({ seed, times, say }) {
    const entropy = new SeededEntropy(`power-cut ${seed}`);
    const blocks = [...busyChain(BLOCKS, TRANSACTIONS, entropy.fork('blocks'))];
    const calm = await new Machine(blocks, entropy.fork('calm')).importAll(0);
    const figures = { blocks: BLOCKS, cuts: 0, 'while opening': 0, 'imports to the end': 0 };
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
      if (number % 10 === 9) say(`${figures.cuts} cuts`);
    }
    return { figures, failures };
  },
};

/** A computer that loses power from time to time. */
class Machine {
  readonly #blocks: readonly MadeBlock[];
  readonly #entropy: SeededEntropy;
  readonly #disk: MemoryDisk;
  readonly #stores = new MemoryStores({ losesPower: true });
  #synced = 0;
  cuts = 0;
  cutsWhileOpening = 0;

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
        { params: regtest, dataFolder: '/data' },
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

  #checkTip({ chain }: OpenedChain): void {
    const { height, hash } = chain.tip;
    const expected = this.#blocks[height - 1]?.hash;
    if (expected !== undefined && !equalBytes(hash, expected)) {
      throw new Error(`opened with a strange tip, ${toReversedHex(hash)} at ${height}`);
    }
    if (height >= this.#synced) return;
    throw new Error(`opened at ${height}, and ${this.#synced} was synced`);
  }

  async #import({ chain }: OpenedChain, clock: VirtualClock): Promise<string> {
    const underWay: Promise<void>[] = [];
    let untilFlush = 0;
    for (const { raw, height } of this.#blocks.slice(chain.tip.height)) {
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
    if (kind !== 'connected') throw new Error(`block ${height} is ${kind}`);
  }
}
