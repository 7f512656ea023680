import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { SystemDisk } from '../../outside/disk/system-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { utxoStatistics } from '../coins/utxo-set.ts';
import { openLevelStore } from '../storage/level-store.ts';
import { InProcessVerifier } from '../verify/in-process-verifier.ts';
import type { Chain } from './chain.ts';
import { type FolderOptions, openFolder } from './chain-place.ts';
import { startChain } from './start-chain.ts';

const clock = new SystemClock();
const disk = new SystemDisk();
const outside = {
  clock,
  disk,
  entropy: new SeededEntropy('a chain in a folder'),
  openStore: (path: string) => openLevelStore(path, { disk, clock }),
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-place-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly chain: Chain;
  readonly notices: readonly string[];
  close(): Promise<void>;
}

async function openChain(options: Partial<FolderOptions> = {}): Promise<Opened> {
  const notices: string[] = [];
  const place = await openFolder(
    {
      params: quickRegtest,
      folder,
      isPruned: false,
      onNotice: (line) => notices.push(line),
      ...options,
    },
    outside,
  );
  try {
    const verifier = new InProcessVerifier(clock);
    const chain = await startChain({ params: quickRegtest, ...place, verifier }, outside);
    const close = async (): Promise<void> => {
      await chain.close();
      await place.close();
    };
    return { chain, notices, close };
  } catch (error) {
    await place.close();
    throw error;
  }
}

async function withChain<T>(
  use: (chain: Chain, notices: readonly string[]) => Promise<T>,
  options?: Partial<FolderOptions>,
): Promise<T> {
  const { chain, notices, close } = await openChain(options);
  try {
    return await use(chain, notices);
  } finally {
    await close();
  }
}

async function stateOf(chain: Chain): Promise<{ readonly tip: string; readonly coins: string }> {
  const { snapshot, tip } = await chain.snapshotCoins();
  const { hash } = await utxoStatistics(snapshot, 'hash_serialized_3', { clock });
  await snapshot.release();
  return { tip: toHex(tip.hash), coins: toHex(hash as Uint8Array) };
}

/** Twenty blocks with payments, and a branch that loses. They are stored in an order that is not theirs. */
async function fill(chain: Chain): Promise<readonly MadeBlock[]> {
  const blocks: MadeBlock[] = [blockOn(genesis)];
  while (blocks.length < 20) {
    const last = blocks.at(-1) as MadeBlock;
    blocks.push(blockOn(last, { transactions: [spend(last.coinbase, SUBSIDY)] }));
  }
  const others = blocksOn(blocks[9] as MadeBlock, 5, 7);
  await chain.processHeaders([...blocks, ...others].map(({ block }) => block.header));
  const order = [...blocks.slice(10).reverse(), ...others, ...blocks.slice(0, 10)];
  for (const { raw } of order) await chain.processBlock(raw);
  expect(chain.tip.height).toBe(20);
  return blocks;
}

async function flipBit(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = new Uint8Array(1);
  await file.read(byte, 0, 1, at);
  await file.write(Uint8Array.of((byte[0] as number) ^ 4), 0, 1, at);
  await file.close();
}

describe('a chain in a folder', () => {
  it('is there again when it is opened again', async () => {
    const before = await withChain(async (chain) => {
      await fill(chain);
      return stateOf(chain);
    });
    await withChain(async (chain) => {
      expect(await stateOf(chain)).toEqual(before);
      expect(chain.tips().map(({ status }) => status)).toEqual(['active', 'valid-headers']);
      expect((await chain.verify({ level: 4, blocks: 0 })).checked).toBe(20);
    });
  });

  it('belongs to one at a time', async () => {
    await withChain(async () => {
      await expect(openChain()).rejects.toMatchObject({ code: 'locked' });
    });
  });

  it.each(['blocks', 'coins'] as const)(
    'is made anew from its %s, and is the same',
    async (reindex) => {
      const before = await withChain(async (chain) => {
        await fill(chain);
        return stateOf(chain);
      });
      await withChain(
        async (chain, notices) => {
          expect(await stateOf(chain)).toEqual(before);
          expect(notices).toEqual([]);
          const next = await chain.readBlock(chain.tip);
          expect(next.block.transactions).toHaveLength(2);
          // New blocks come behind the old ones, and do not write over them.
          expect((await chain.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
        },
        { reindex },
      );
      await withChain(async (chain) => expect(await stateOf(chain)).toEqual(before));
    },
  );

  it('is made anew when its index is lost, or a reindex was interrupted', async () => {
    const before = await withChain(async (chain) => {
      await fill(chain);
      return stateOf(chain);
    });
    rmSync(join(folder, 'blocks/index'), { recursive: true });
    await withChain(async (chain) => expect(await stateOf(chain)).toEqual(before));
    const stop = new AbortController();
    stop.abort();
    await expect(openChain({ reindex: 'blocks', signal: stop.signal })).rejects.toMatchObject({
      code: 'stopped',
    });
    await withChain(async (chain) => expect(await stateOf(chain)).toEqual(before));
  });

  it('says what is wrong with a block that a bit has turned over in, and a reindex cures it', async () => {
    const blocks = await withChain(fill);
    const file = join(folder, 'blocks/blk00000.dat');
    const tenth = (blocks[9] as MadeBlock).raw;
    const at = Buffer.from(await readFile(file)).indexOf(tenth);
    await flipBit(file, at + tenth.length - 10);
    await withChain(async (chain) => {
      const node = chain.lookup((blocks[9] as MadeBlock).hash);
      if (node === undefined) throw new Error('block 10 is unknown');
      await expect(chain.readBlock(node)).rejects.toThrow(
        /blk00000\.dat is damaged at byte \d+: block .* its checksum is wrong; run with --reindex/,
      );
      const { failure } = await chain.verify({ level: 0, blocks: 0 });
      expect(failure?.error.code).toBe('corrupt');
    });
    await withChain(
      async (chain, notices) => {
        expect(notices.join()).toMatch(
          /blk00000.dat: the block at byte \d+ is refused: bad-txnmrklroot/,
        );
        // The block, and what builds on it, is received again.
        await chain.processHeaders(blocks.map(({ block }) => block.header));
        for (const { raw } of blocks) await chain.processBlock(raw);
        expect(chain.tip.height).toBe(20);
      },
      { reindex: 'blocks' },
    );
  });

  it('does not start on a last block that is damaged, and says what helps', async () => {
    const blocks = await withChain(fill);
    const file = join(folder, 'blocks/rev00000.dat');
    const bytes = await readFile(file);
    await flipBit(
      file,
      bytes.findLastIndex((byte) => byte !== 0),
    );
    await expect(openChain()).rejects.toThrow(/rev00000.dat is damaged.*run with --reindex/);
    await withChain(async (chain) => expect(chain.tip.height).toBe(20), { reindex: 'blocks' });
    expect(blocks).toHaveLength(20);
  });

  it('reads block files with garbage between blocks and a cut last block', async () => {
    await withChain(fill);
    const file = join(folder, 'blocks/blk00000.dat');
    const bytes = await readFile(file);
    const end = bytes.findLastIndex((byte) => byte !== 0);
    await writeFile(file, Buffer.concat([Buffer.from('not a block'), bytes.subarray(0, end)]));
    await truncate(file, end + 5);
    await withChain(
      async (chain, notices) => {
        expect(notices.map((line) => line.replace(/.*dat: /, ''))).toEqual([
          'bytes 0 to 10 are no block',
          expect.stringMatching(/^the file ends in the block at byte \d+$/),
          '15 blocks are left out: a block that comes before them is nowhere',
        ]);
        expect(chain.tip.height).toBe(9);
      },
      { reindex: 'blocks' },
    );
  });

  it('refuses the folder of another chain', async () => {
    await withChain(fill);
    const other = { ...quickRegtest, genesis: blockOn(genesis).block };
    await expect(openChain({ params: other })).rejects.toMatchObject({ code: 'foreign' });
  });
});
