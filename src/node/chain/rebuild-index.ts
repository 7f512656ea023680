/** The block index made anew from the block files, whatever order the blocks in them have. */
import { unixTime } from '../../outside/clock/clock.ts';
import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { sha256d } from '../../protocol/crypto/hash.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { HEADER_SIZE } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { type BlockPosition, blockFilePath, listBlockFiles } from '../storage/block-files.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { type Found, scanFrames } from '../storage/scan-frames.ts';
import { attempt } from '../storage/storage-error.ts';
import { acceptBlock } from './accept-block.ts';
import { placeBlock } from './block-archive.ts';
import { describeBlocks, setReindexing } from './block-index-store.ts';
import { VALID } from './block-status.ts';
import { BlockTree } from './block-tree.ts';
import { ChainError } from './chain-error.ts';
import type { ChainOutside, StartProgress } from './chain-options.ts';
import { WorkSlices } from './work-slices.ts';

/** So many blocks are described in one batch. */
const BLOCKS_IN_A_BATCH = 4096;

export interface RebuildParts {
  readonly params: ChainParams;
  readonly disk: Disk;
  /** The folder of the block files. */
  readonly folder: string;
  /** The new index: there is nothing in it. */
  readonly index: KeyValueStore;
  readonly onProgress?: ((progress: StartProgress) => void) | undefined;
  /** Hears, in a line each, of what is in the files and is not taken. */
  readonly onNotice?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A block whose parent has not been found yet. */
interface Waiting {
  readonly position: BlockPosition;
  readonly length: number;
}

/**
 * Reads all block files and describes what is in them in a new index. It is marked as unfinished until
 * everything is there, so that a crash meanwhile makes the next start begin again.
 *
 * @throws ChainError `stopped` if the signal comes before that is done
 */
export async function rebuildBlockIndex(parts: RebuildParts, outside: ChainOutside): Promise<void> {
  await setReindexing(parts.index, true);
  await new IndexRebuild(parts, outside).run();
  await setReindexing(parts.index, false);
}

class IndexRebuild {
  readonly #parts: RebuildParts;
  readonly #outside: ChainOutside;
  readonly #tree: BlockTree;
  readonly #slices: WorkSlices;
  readonly #waiting: ByteMap<Waiting[]>;
  #stranded = 0;

  constructor(parts: RebuildParts, outside: ChainOutside) {
    this.#parts = parts;
    this.#outside = outside;
    this.#tree = new BlockTree(parts.params, outside.entropy);
    this.#slices = new WorkSlices(outside.clock);
    this.#waiting = new ByteMap(outside.entropy.u32());
  }

  async run(): Promise<void> {
    const { disk, folder, onNotice } = this.#parts;
    const files = await listBlockFiles(disk, folder);
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let before = 0;
    for (const { file, bytes } of files) {
      await this.#readFile(file, before, total);
      before += bytes;
    }
    await this.#write();
    if (this.#stranded === 0) return;
    onNotice?.(`${this.#stranded} blocks are left out: a block that comes before them is nowhere`);
  }

  async #readFile(file: number, before: number, total: number): Promise<void> {
    const { params, signal, onProgress } = this.#parts;
    await this.#withFile(file, async (open) => {
      for await (const found of scanFrames(open, params.magic)) {
        if (signal?.aborted === true) throw new ChainError('stopped', 'the reindex was called off');
        if (found.kind === 'block') await this.#take(found.raw, { file, offset: found.offset });
        else this.#tellOf(file, found);
        onProgress?.({ kind: 'reading', done: before + found.end, total });
      }
    });
  }

  /** Takes a block, and those that have waited for it. */
  async #take(raw: Uint8Array, position: BlockPosition): Promise<void> {
    if (!(await this.#accept(raw, position))) return;
    const taken = [hashOf(raw)];
    for (let hash = taken.pop(); hash !== undefined; hash = taken.pop()) {
      const children = this.#waiting.get(hash) ?? [];
      this.#waiting.delete(hash);
      this.#stranded -= children.length;
      for (const child of children) {
        const bytes = await this.#readAgain(child);
        if (await this.#accept(bytes, child.position)) taken.push(hashOf(bytes));
      }
    }
  }

  async #accept(raw: Uint8Array, position: BlockPosition): Promise<boolean> {
    const { params } = this.#parts;
    const tree = this.#tree;
    if (equalBytes(hashOf(raw), tree.headers.genesis.hash)) {
      this.#acceptGenesis(raw, position);
      return true;
    }
    const accepted = await acceptBlock(raw, {
      tree,
      params: params.consensus,
      now: unixTime(this.#outside.clock),
      requested: true,
      hash: undefined,
      minimumChainWork: 0n,
      slices: this.#slices,
      store: async (node) => placeBlock(node, raw, position),
    });
    if (accepted.kind === 'orphan') this.#wait(accepted.missing, { position, length: raw.length });
    if (accepted.kind === 'rejected') {
      const { file, offset } = position;
      this.#notice(file, `the block at byte ${offset} is refused: ${accepted.error.message}`);
    }
    if (tree.changed.size >= BLOCKS_IN_A_BATCH) await this.#write();
    return accepted.kind === 'stored';
  }

  /** The first block is not checked: it is what it is. */
  #acceptGenesis(raw: Uint8Array, position: BlockPosition): void {
    const { genesis } = this.#tree.headers;
    if (genesis.isStored) return;
    placeBlock(genesis, raw, position);
    genesis.status |= VALID;
    this.#tree.bodyArrived(genesis, this.#parts.params.genesis.transactions.length);
  }

  #wait(parent: BlockHash, block: Waiting): void {
    const waiting = this.#waiting.get(parent) ?? [];
    waiting.push(block);
    this.#waiting.set(parent, waiting);
    this.#stranded++;
  }

  #readAgain({ position: { file, offset }, length }: Waiting): Promise<Uint8Array> {
    return this.#withFile(file, (open) => open.read(offset, length));
  }

  async #withFile<T>(file: number, use: (open: DiskFile) => Promise<T>): Promise<T> {
    const { disk, folder } = this.#parts;
    const open = await attempt(() => disk.open(blockFilePath(folder, file), 'read'));
    try {
      return await attempt(() => use(open));
    } finally {
      await open.close();
    }
  }

  async #write(): Promise<void> {
    const { changed } = this.#tree;
    const batch = await describeBlocks(changed, this.#slices);
    changed.clear();
    await this.#parts.index.write(batch);
  }

  #tellOf(file: number, found: Exclude<Found, { kind: 'block' }>): void {
    this.#notice(
      file,
      found.kind === 'garbage'
        ? `bytes ${found.from} to ${found.end - 1} are no block`
        : `the file ends in the block at byte ${found.offset}`,
    );
  }

  #notice(file: number, what: string): void {
    const { folder, onNotice } = this.#parts;
    onNotice?.(`${blockFilePath(folder, file)}: ${what}`);
  }
}

function hashOf(raw: Uint8Array): BlockHash {
  return sha256d(raw.subarray(0, HEADER_SIZE)) as BlockHash;
}
