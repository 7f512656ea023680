import { describe, expect, it } from 'vitest';
import { blockFile, framed, regtestBlocks } from '../../../test/fixtures/framed-blocks.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { writeFile } from '../../outside/disk/whole-file.ts';
import { shuffled } from '../../outside/entropy/draw.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import type { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import { main } from '../../protocol/params/main.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { type Block, decodeBlock } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import {
  BlockImport,
  type ImportChain,
  type ImportCounts,
  type ImportResult,
} from './block-import.ts';
import { findSources, SourceFiles } from './source-files.ts';

interface FakeNode {
  readonly height: number;
  readonly transactionCount: number;
  readonly failed: boolean;
}

/** A chain that takes blocks whose parents it has, some time after they came, in their order. */
class FakeChain implements ImportChain {
  readonly params = regtest;
  /** Blocks that it refuses, and what it then says. */
  readonly refusals = new Map<string, string>();
  readonly offered: string[] = [];
  mostUnderWay = 0;
  #underWay = 0;
  #last: Promise<unknown> = Promise.resolve();
  readonly #nodes = new Map<string, FakeNode>();

  constructor() {
    const genesis = { height: 0, transactionCount: 1, failed: false };
    this.#nodes.set(toHex(blockHash(regtest.genesis)), genesis);
  }

  get tip() {
    return { height: this.#nodes.size - 1 };
  }

  get size(): number {
    return [...this.#nodes.values()].filter(({ failed }) => !failed).length - 1;
  }

  lookup(hash: Uint8Array) {
    return this.#nodes.get(toHex(hash));
  }

  processBlock(raw: Uint8Array): Promise<ImportResult> {
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.#underWay);
    const result = this.#last.then(async () => {
      await new Promise((done) => setImmediate(done));
      this.#underWay--;
      return this.#take(raw);
    });
    this.#last = result.catch(() => {});
    return result;
  }

  #take(raw: Uint8Array): ImportResult {
    let block: Block;
    try {
      block = decodeBlock(raw);
    } catch (error) {
      return { kind: 'rejected', error: error as DecodeError };
    }
    const hash = toHex(blockHash(block));
    this.offered.push(hash);
    const { previousBlockHash } = block.header;
    const parent = this.lookup(previousBlockHash);
    if (this.lookup(blockHash(block)) !== undefined) return { kind: 'duplicate' };
    if (parent === undefined) return { kind: 'orphan', missing: previousBlockHash };
    if (parent.failed) {
      return { kind: 'rejected', error: new RuleError('bad-prevblk', 'invalid') };
    }
    const refusal = this.refusals.get(hash);
    if (refusal === 'full') throw new FakeFailure('the disk is full');
    const failed = refusal !== undefined;
    const height = parent.height + 1;
    this.#nodes.set(hash, { height, transactionCount: failed ? 0 : 1, failed });
    if (failed) return { kind: 'rejected', error: new RuleError(refusal, 'invalid') };
    return { kind: 'connected' };
  }
}

class FakeFailure extends CodedError {
  readonly code = 'full';
}

interface Run {
  readonly chain?: FakeChain;
  readonly signal?: AbortSignal;
  readonly waitingLimit?: number;
  readonly onProgress?: (fraction: number, counts: ImportCounts) => void;
}

async function run(contents: readonly Uint8Array[], options: Run = {}) {
  const { chain = new FakeChain(), onProgress = () => {}, ...rest } = options;
  const disk = new MemoryDisk();
  const paths = contents.map((_, i) => `/${'abcdefghijklmn'[i]}.dat`);
  for (const [i, bytes] of contents.entries()) await writeFile(disk, paths[i] as string, bytes);
  const files = new SourceFiles(await findSources(paths, disk), disk, regtest.magic);
  const told: string[] = [];
  const counts = await new BlockImport({
    chain,
    files,
    onProgress,
    onProblem: ({ message }) => told.push(message),
    signal: new AbortController().signal,
    ...rest,
  }).run();
  await files.close();
  return { chain, counts, told };
}

const blocks = regtestBlocks(200);
const nothing: ImportCounts = { added: 0, known: 0, refused: 0, stranded: 0 };

function hashOf(index: number): string {
  return toReversedHex(blockHash(blocks[index] as Block));
}

describe('blocks', () => {
  it('are taken in the order of the files, many at a time', async () => {
    const { chain, counts, told } = await run([
      blockFile([regtest.genesis, ...blocks.slice(0, 100)]),
      blockFile(blocks.slice(100)),
    ]);
    expect({ counts, told }).toEqual({ counts: { ...nothing, added: 200 }, told: [] });
    expect(chain.mostUnderWay).toBe(64);
    expect(chain.offered).toHaveLength(200);
  });

  it('that are there already are not offered again', async () => {
    const { chain } = await run([blockFile(blocks.slice(0, 150))]);
    const { counts } = await run([blockFile(blocks)], { chain });
    expect(counts).toEqual({ ...nothing, added: 50, known: 150 });
    expect(chain.offered).toHaveLength(200);
  });

  it.each([
    ['backwards', [...blocks].reverse()],
    ['shuffled', shuffled(new SeededEntropy('order'), blocks)],
    ['shuffled otherwise', shuffled(new SeededEntropy('other order'), blocks)],
    ['by twos', blocks.flatMap((_, i) => blocks[i % 2 === 0 ? i + 1 : i - 1] as Block)],
  ])('may come %s: each is offered once', async (_order, mixed) => {
    const { chain, counts, told } = await run([blockFile(mixed)]);
    expect({ counts, told }).toEqual({ counts: { ...nothing, added: 200 }, told: [] });
    expect(chain.offered.length).toBe(200);
  });

  it('that wait are not done', async () => {
    const told: (readonly [fraction: number, added: number])[] = [];
    await run([blockFile([...blocks].reverse())], {
      onProgress: (fraction, { added }) => told.push([fraction, added]),
    });
    for (const [fraction, added] of told) expect(fraction).toBeLessThan(added / 200 + 0.001);
    expect(told.at(-1)).toEqual([1, 200]);
    const fractions = told.map(([fraction]) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });

  it('may come in files of the wrong order', async () => {
    const { counts, told } = await run([
      blockFile(blocks.slice(150)),
      blockFile(blocks.slice(50, 150)),
      blockFile(blocks.slice(0, 50)),
    ]);
    expect({ counts, told }).toEqual({ counts: { ...nothing, added: 200 }, told: [] });
  });

  it('are searched again where memory did not suffice to remember those that wait', async () => {
    const fractions: number[] = [];
    const { counts, told } = await run([blockFile([...blocks].reverse())], {
      waitingLimit: 30,
      onProgress: (fraction) => fractions.push(fraction),
    });
    expect({ counts, told }).toEqual({ counts: { ...nothing, added: 200 }, told: [] });
    // The last 30 of each pass find their parents; each pass takes a look at every block.
    expect(fractions.length).toBeGreaterThan(200 * 6);
  });

  it('that are in a file twice count as known', async () => {
    const { counts } = await run([blockFile([...blocks, ...blocks])]);
    expect(counts.added).toBe(200);
    expect(counts.known).toBe(200);
  });
});

describe('what is wrong', () => {
  it('with a file is told with its place, and costs no block', async () => {
    const file = concatBytes(
      blockFile(blocks.slice(0, 2)),
      Uint8Array.of(1, 2, 3),
      blockFile(blocks.slice(2, 4)),
      framed(blocks[4] as Block).subarray(0, 100),
    );
    const { counts, told } = await run([file]);
    expect(counts).toEqual({ ...nothing, added: 4 });
    expect(told).toEqual([
      '/a.dat: the 3 bytes from byte 308 on are no part of a block, and passed over',
      '/a.dat: the block at byte 627 is cut off: 92 of its 146 bytes are there; get the rest of the file, and import it again',
    ]);
  });

  it('with a block is told once, and not again for those that build on it', async () => {
    for (const order of [blocks, [...blocks].reverse()]) {
      const chain = new FakeChain();
      chain.refusals.set(toHex(blockHash(blocks[9] as Block)), 'bad-cb-amount');
      const { counts, told } = await run([blockFile(order)], { chain });
      expect(counts).toEqual({ ...nothing, added: 9, refused: 191 });
      expect(told).toEqual([expect.stringMatching(/is refused: bad-cb-amount$/)]);
      expect(told[0]).toContain(`(${hashOf(9)})`);
    }
  });

  it('with the bytes of a block does not count against it: the right ones may be elsewhere', async () => {
    const wrong = framed(blocks[9] as Block);
    wrong.set([0xff], 8 + 80);
    const before = blockFile(blocks.slice(0, 9));
    const after = blockFile(blocks.slice(10));
    const alone = await run([concatBytes(before, wrong, after)]);
    expect(alone.counts).toEqual({ ...nothing, added: 9, refused: 1, stranded: 190 });
    expect(alone.told).toEqual([
      expect.stringMatching(/is refused: it is no block: /),
      expect.stringContaining(`builds on ${hashOf(9)}, which is nowhere`),
    ]);
    const mended = await run([concatBytes(before, wrong, after), framed(blocks[9] as Block)]);
    expect(mended.counts).toEqual({ ...nothing, added: 200, refused: 1 });
  });

  it('with blocks whose parent is nowhere is told at the end, with the parent that is missing', async () => {
    const { counts, told } = await run([
      blockFile(shuffled(new SeededEntropy('a gap'), [...blocks.slice(0, 3), ...blocks.slice(4)])),
    ]);
    expect(counts).toEqual({ ...nothing, added: 3, stranded: 196 });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^196 blocks are left out; one of them, the block at byte \d+ \(/);
    expect(told[0]).toContain(`(${hashOf(4)}) in /a.dat, builds on ${hashOf(3)}, which is nowhere`);
  });

  it('with a file of another chain is told before it is searched', async () => {
    const foreign = framed(main.genesis, main.magic);
    const { counts, told } = await run([
      concatBytes(foreign, foreign, framed(blocks[0] as Block)),
      blockFile(blocks.slice(0, 1)),
    ]);
    expect(counts).toEqual({ ...nothing, added: 1 });
    expect(told).toEqual([
      '/a.dat: at byte 0 begin blocks of main (magic f9beb4d9), not of regtest; import it with --chain main',
    ]);
  });

  it.each([
    [Uint8Array.of(), '/a.dat is empty'],
    [
      new Uint8Array(1000).fill(0x41),
      '/a.dat holds no block of regtest: it begins with 41414141, where fabfb5da belongs',
    ],
    [
      Uint8Array.of(0x0b, 0x11, 0x09, 0x07, 0, 0, 0, 0),
      '/a.dat: at byte 0 begin blocks of testnet3 (magic 0b110907), not of regtest; that chain is not built in',
    ],
    [new Uint8Array(50), '/a.dat holds no block of regtest: it begins with 00000000, where'],
  ])('with a file without a block is told: %#', async (bytes, message) => {
    const { counts, told } = await run([bytes]);
    expect(counts).toEqual(nothing);
    expect(told).toEqual([expect.stringContaining(message)]);
  });

  it('with the disk ends it, once nothing is under way any more', async () => {
    const chain = new FakeChain();
    chain.refusals.set(toHex(blockHash(blocks[99] as Block)), 'full');
    await expect(run([blockFile(blocks)], { chain })).rejects.toThrow('the disk is full');
    expect(chain.size).toBe(99);
    const offered = chain.offered.length;
    await new Promise((done) => setTimeout(done, 50));
    expect(chain.offered).toHaveLength(offered);
  });
});

it.each([
  ['in order', blocks],
  ['backwards', [...blocks].reverse()],
])('ends when it is asked to, with what is under way: %s', async (_order, order) => {
  const stop = new AbortController();
  const { chain, counts, told } = await run([blockFile(order), blockFile(blocks)], {
    signal: stop.signal,
    onProgress: (_, { added }) => {
      if (added > 10) stop.abort();
    },
  });
  expect(counts.added).toBeGreaterThan(10);
  expect(counts.added).toBeLessThan(200);
  expect(counts.added).toBe(chain.size);
  // Nobody knows what would still have come.
  expect(told).toEqual([]);
});
