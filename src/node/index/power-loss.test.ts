/** Indexes beside a real chain, both of which lose their latest writes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
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
import type { Chain } from '../chain/chain.ts';
import { startChain } from '../chain/start-chain.ts';
import { BlockFiles } from '../storage/block-files.ts';
import type { OpenStore } from '../storage/key-value-store.ts';
import { MemoryStores } from '../storage/memory-stores.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { InProcessVerifier } from '../verify/in-process-verifier.ts';
import { Indexes, indexNames } from './indexes.ts';

const clock = new SystemClock();
/** Is in the store of every index, and gone if it was built anew. */
const MARK = Uint8Array.of(0, 0xff);

/** Branches from the first block on, and from the middle of others. Most blocks spend a reward. */
function branches(): readonly (readonly MadeBlock[])[] {
  const grow = (from: MadeBlock, count: number, extra: number): readonly MadeBlock[] => {
    const made: MadeBlock[] = [];
    let last = from;
    for (let i = 0; i < count; i++) {
      const transactions = last === genesis ? [] : [spend(last.coinbase, SUBSIDY)];
      last = blockOn(last, { transactions, extra });
      made.push(last);
    }
    return made;
  };
  const first = grow(genesis, 8, 1);
  const second = grow(genesis, 10, 2);
  return [first, second, grow(first[4] as MadeBlock, 7, 3), grow(second[2] as MadeBlock, 6, 4)];
}

interface Running {
  readonly chain: Chain;
  readonly indexes: Indexes;
  readonly close: () => Promise<void>;
}

/** A machine with a chain and its indexes, whose power can fail. */
class Machine {
  readonly #entropy: SeededEntropy;
  readonly #disk: MemoryDisk;
  readonly #stores = new MemoryStores({ losesPower: true });

  constructor(seed: string) {
    this.#entropy = new SeededEntropy(seed);
    this.#disk = new MemoryDisk({ entropy: this.#entropy });
  }

  async open(): Promise<Running> {
    const { magic } = quickRegtest;
    const entropy = this.#entropy;
    const index = await this.#stores.open('/index');
    const coins = await this.#stores.open('/coins');
    const chain = await startChain(
      {
        params: quickRegtest,
        stores: { index, coins },
        openFiles: (known) =>
          BlockFiles.open(this.#disk, '/blocks', known, {
            magic,
            blockChunkBytes: 0,
            undoChunkBytes: 0,
          }),
        verifier: new InProcessVerifier(clock),
      },
      { clock, entropy },
    );
    const indexes = await openIndexes(chain, this.#stores.open);
    const close = async (): Promise<void> => {
      await indexes.close();
      // After a crash there is nothing that it could write to.
      await chain.close().catch(() => {});
      await index.close();
      await coins.close();
    };
    return { chain, indexes, close };
  }

  async mark(): Promise<void> {
    const { indexes, close } = await this.open();
    await indexes.settled();
    await close();
    for (const name of indexNames) {
      const store = await this.#stores.open(`/indexes/${name}`);
      await store.write(new WriteBatch().put(MARK, MARK), { durable: true });
      await store.close();
    }
  }

  async rows(): Promise<readonly ReadonlyMap<string, string>[]> {
    return rowsIn(this.#stores.open);
  }

  crash(): void {
    this.#disk.crash();
    this.#stores.crash(this.#entropy);
  }
}

async function openIndexes(chain: Chain, openStore: OpenStore): Promise<Indexes> {
  return Indexes.open({
    params: quickRegtest.consensus,
    names: indexNames,
    folder: '/indexes',
    openStore,
    chain,
    clock,
    entropy: new SeededEntropy('indexes'),
    onFailure: () => {},
  });
}

/** All rows of all indexes, but for the machinery's. */
async function rowsIn(openStore: OpenStore): Promise<readonly ReadonlyMap<string, string>[]> {
  const all: ReadonlyMap<string, string>[] = [];
  for (const name of indexNames) {
    const store = await openStore(`/indexes/${name}`);
    const rows = new Map<string, string>();
    for await (const [key, value] of store.iterate({ gte: MARK })) {
      rows.set(toHex(key), toHex(value));
    }
    await store.close();
    all.push(rows);
  }
  return all;
}

it('indexes and chain agree after any losses of power, and none is built anew', async () => {
  const tree = branches();
  const action = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ branch: fc.nat(3), blocks: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 2, arbitrary: fc.constantFrom('flush' as const, 'settle' as const) },
    { weight: 2, arbitrary: fc.record({ turns: fc.nat(20) }) },
  );
  const lives = fc.array(fc.array(action, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lives, fc.string(), async (all, seed) => {
      const machine = new Machine(seed);
      await machine.mark();
      for (const life of all) {
        const { chain, indexes, close } = await machine.open();
        const offered = [0, 0, 0, 0];
        for (const step of life) {
          if (step === 'flush') await chain.flush();
          else if (step === 'settle') await indexes.settled();
          else if ('turns' in step) for (let i = step.turns; i > 0; i--) await clock.nextTurn();
          else {
            const from = offered[step.branch] as number;
            const blocks = tree[step.branch]?.slice(from, from + step.blocks) ?? [];
            for (const { raw } of blocks) await chain.processBlock(raw);
            offered[step.branch] = from + blocks.length;
          }
        }
        machine.crash();
        await close();
      }
      const { chain, indexes, close } = await machine.open();
      await indexes.settled();
      await indexes.close();
      const fresh = new MemoryStores();
      const rebuilt = await openIndexes(chain, fresh.open);
      await rebuilt.settled();
      await rebuilt.close();
      const wanted = await rowsIn(fresh.open);
      const actual = await machine.rows();
      for (const [i, name] of indexNames.entries()) {
        const rows = new Map(actual[i]);
        expect(rows.delete(toHex(MARK)), `${name} was built anew`).toBe(true);
        if (name === 'addresses') expect(rows).toEqual(wanted[i]);
        for (const [key, value] of wanted[i] ?? []) expect(rows.get(key), name).toBe(value);
      }
      await close();
    }),
    { numRuns: 40 },
  );
});
