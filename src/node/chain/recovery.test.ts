/** Crashes at every step, and what is there afterwards. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  blockOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { utxoStatistics } from '../coins/utxo-set.ts';
import { BlockFiles } from '../storage/block-files.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { MemoryStores } from '../storage/memory-stores.ts';
import { InProcessVerifier } from '../verify/in-process-verifier.ts';
import type { Chain } from './chain.ts';
import { startChain } from './start-chain.ts';

const clock = new SystemClock();

/** Two branches; the second is longer. Each block spends the reward of the one before it. */
function story(length: number): readonly MadeBlock[] {
  const branch = (count: number, extra: number): readonly MadeBlock[] => {
    const made: MadeBlock[] = [];
    let last = genesis;
    for (let i = 0; i < count; i++) {
      const transactions = i === 0 ? [] : [spend(last.coinbase, SUBSIDY)];
      last = blockOn(last, { transactions, extra });
      made.push(last);
    }
    return made;
  };
  return [...branch(length, 1), ...branch(length + 2, 2)];
}

class Folder {
  readonly entropy: SeededEntropy;
  readonly disk: MemoryDisk;
  readonly stores = new MemoryStores();

  constructor(seed: string) {
    this.entropy = new SeededEntropy(seed);
    this.disk = new MemoryDisk({ entropy: this.entropy });
  }

  async open(onFatal: (error: unknown) => void = () => {}): Promise<Chain> {
    const { magic } = quickRegtest;
    const index = await this.#openStore('/index');
    const coins = await this.#openStore('/coins');
    return startChain(
      {
        params: quickRegtest,
        stores: { index, coins },
        openFiles: (known) =>
          BlockFiles.open(this.disk, '/blocks', known, {
            magic,
            blockChunkBytes: 0,
            undoChunkBytes: 0,
          }),
        verifier: new InProcessVerifier(clock),
        onFatal,
      },
      { clock, entropy: this.entropy },
    );
  }

  /** A store whose writes are changes to the disk, so that the power can fail before each, or after. */
  async #openStore(path: string): Promise<KeyValueStore> {
    const store = await this.stores.open(path);
    const { disk } = this;
    return new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'write') return member.bind(target);
        return async (...args: Parameters<KeyValueStore['write']>) => {
          await disk.makeFolder(`/power${disk.changes}`);
          await target.write(...args);
          await disk.makeFolder(`/power${disk.changes}`);
        };
      },
    });
  }

  /** Loses power, and comes back. */
  crash(): void {
    this.disk.crash();
    this.stores.crash(this.entropy);
  }

  /** The process ends, and another one begins. */
  restart(): void {
    this.stores.crash(this.entropy);
  }
}

async function utxoHash(chain: Chain): Promise<string> {
  const { snapshot } = await chain.snapshotCoins();
  const { hash } = await utxoStatistics(snapshot, 'hash_serialized_3', { clock });
  await snapshot.release();
  return toHex(hash as Uint8Array);
}

/** Offers blocks, and flushes now and then. Answers with the work of the last tip that was flushed. */
async function offerAll(
  chain: Chain,
  blocks: readonly MadeBlock[],
  onFlushed: (work: bigint) => void = () => {},
): Promise<void> {
  for (const [i, { raw }] of blocks.entries()) {
    await chain.processBlock(raw);
    if (i % 5 !== 4) continue;
    const { chainWork } = chain.tip;
    await chain.flush();
    onFlushed(chainWork);
  }
}

describe('a chain that was interrupted', () => {
  const blocks = story(12);
  let expected: string;
  let bytes: number;

  beforeAll(async () => {
    const folder = new Folder('without interruption');
    const chain = await folder.open();
    await offerAll(chain, blocks);
    expected = await utxoHash(chain);
    await chain.close();
    bytes = folder.disk.used;
  });

  async function expectSound(chain: Chain, flushed: bigint): Promise<void> {
    expect(chain.tip.chainWork).toBeGreaterThanOrEqual(flushed);
    expect((await chain.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
    await offerAll(chain, blocks);
    expect(await utxoHash(chain)).toBe(expected);
    await chain.close();
  }

  it('opens after a loss of power at or above the tip that was flushed, and goes on', async () => {
    let interrupted = 0;
    for (let changes = 1; changes < 120; changes += 2) {
      const folder = new Folder(`crash ${changes}`);
      let flushed = 0n;
      folder.disk.cutPowerAfter(changes);
      try {
        const chain = await folder.open();
        await offerAll(chain, blocks, (work) => {
          flushed = work;
        });
      } catch (error) {
        expect(error).toMatchObject({ code: 'io' });
        interrupted++;
      }
      folder.crash();
      await expectSound(await folder.open(), flushed);
    }
    expect(interrupted).toBeGreaterThan(30);
  });

  it('stops with a clear message when the disk is full, and goes on when there is room', async () => {
    for (let capacity = 0; capacity < bytes; capacity += Math.ceil(bytes / 20)) {
      const folder = new Folder(`full at ${capacity}`);
      folder.disk.capacity = capacity;
      let flushed = 0n;
      const told: unknown[] = [];
      const run = async (): Promise<void> => {
        const chain = await folder.open((error) => told.push(error));
        try {
          await offerAll(chain, blocks, (work) => {
            flushed = work;
          });
        } finally {
          await chain.close();
        }
      };
      await expect(run()).rejects.toMatchObject({
        code: 'full',
        message: expect.stringContaining('the disk is full; free some space and start again'),
      });
      expect(told.length).toBeLessThanOrEqual(1);
      folder.disk.capacity = Number.POSITIVE_INFINITY;
      folder.restart();
      await expectSound(await folder.open(), flushed);
    }
  });
});
