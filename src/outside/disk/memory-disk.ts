import { drawUnit } from '../entropy/draw.ts';
import type { Entropy } from '../entropy/entropy.ts';
import { SeededEntropy } from '../entropy/seeded-entropy.ts';
import type {
  Disk,
  DiskFile,
  FileInfo,
  FolderEntry,
  FolderLock,
  OpenMode,
  OpenOptions,
} from './disk.ts';
import { DiskError } from './disk-error.ts';
import { joinPath } from './disk-path.ts';
import { MemoryHandle } from './memory-handle.ts';
import { MemoryMedium } from './memory-medium.ts';
import {
  filesIn,
  type MemoryFile,
  type MemoryFolder,
  type MemoryNode,
  MemoryTree,
  namesIn,
  newFile,
  newFolder,
  type Slot,
  sortedEntries,
} from './memory-tree.ts';

const DEFAULT_PERMISSIONS = 0o644;
const FOLDER_PERMISSIONS = 0o755;

export interface MemoryDiskOptions {
  /** Decides what survives a crash. */
  readonly entropy?: Entropy;
  /** The bytes that all files together may have. */
  readonly capacity?: number;
}

/**
 * A disk in memory that can crash, fill up and rot, and does so in the same way in every run.
 *
 * After {@link crash}, what was synced is there; of the rest, a random part: single sectors of a
 * write, a rename without the removal before it, a name without the bytes. It is harsher than any
 * file system that people use, so that what survives here survives there.
 *
 * @example
 * const disk = new MemoryDisk({ entropy: new SeededEntropy('trial 7') });
 * disk.cutPowerAfter(25); // the 25th change is the last
 * await store.write(block).catch(() => {});
 * disk.crash(); // and start again
 */
export class MemoryDisk implements Disk {
  readonly #tree = new MemoryTree();
  readonly #entropy: Entropy;
  readonly #medium: MemoryMedium;
  #locks = new Map<MemoryFolder, FolderLock>();

  constructor(options: MemoryDiskOptions = {}) {
    this.#entropy = options.entropy ?? new SeededEntropy('a memory disk');
    this.#medium = new MemoryMedium(options.capacity ?? Number.POSITIVE_INFINITY);
  }

  /** The bytes that all files together have. */
  get used(): number {
    return this.#medium.used;
  }

  /** The bytes that all files together may have. Changing it fills the disk, or frees space. */
  get capacity(): number {
    return this.#medium.capacity;
  }

  set capacity(bytes: number) {
    this.#medium.capacity = bytes;
  }

  /** How many changes (writes, syncs, renames and the like) there have been. */
  get changes(): number {
    return this.#medium.changes;
  }

  /** Loses power, with or without {@link cutPowerAfter}, and comes back: nothing is open or locked. */
  crash(): void {
    // Some crashes lose all that can be lost and some nothing; most lie between.
    const survival = Math.min(1, Math.max(0, drawUnit(this.#entropy) * 1.5 - 0.25));
    this.#tree.crash(this.#entropy, survival);
    this.#locks = new Map();
    this.#medium.used = 0;
    for (const file of filesIn(this.#tree.root)) this.#medium.used += file.content.size;
    this.#medium.restart();
  }

  /** Lets so many more changes happen. The last of them, and whatever comes later, fails. */
  cutPowerAfter(changes: number): void {
    this.#medium.cutPowerAfter(changes);
  }

  /** Turns over a bit of a file, for good, without anybody's doing. */
  flipBit(path: string, position: number, bit: number): void {
    this.#file('corrupt', path).content.flipBit(position, bit);
  }

  /** Cuts a file off, for good, without anybody's doing. */
  cutFile(path: string, size: number): void {
    const file = this.#file('cut', path);
    this.#medium.resize(file, () => file.content.cut(size));
  }

  async open(path: string, mode: OpenMode, options: OpenOptions = {}): Promise<DiskFile> {
    this.#medium.checkPower('open', path);
    const to = this.#tree.slot('open', path);
    let node = to.folder.entries.get(to.name);
    if (node?.kind === 'folder') throw new DiskError('is-a-folder', 'open', path);
    if (node !== undefined && mode === 'create-new') throw new DiskError('exists', 'open', path);
    if (node === undefined) {
      if (mode === 'read' || mode === 'update') throw new DiskError('not-found', 'open', path);
      const made = newFile(options.permissions ?? DEFAULT_PERMISSIONS);
      this.#medium.change('open', path, () => this.#tree.change({ node: made, to }));
      node = made;
    }
    return new MemoryHandle(path, node, mode, this.#medium);
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    this.#medium.checkPower('list', path);
    const entries = sortedEntries(this.#tree.folder('list', path));
    return entries.map(([name, { kind }]) => ({ name, kind }));
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    this.#medium.checkPower('look at', path);
    const node = this.#tree.find(path);
    if (node === undefined) return undefined;
    if (node.kind === 'folder') return { kind: 'folder', size: 0, permissions: FOLDER_PERMISSIONS };
    return { kind: 'file', size: node.content.size, permissions: node.permissions };
  }

  async freeSpace(path: string): Promise<number> {
    this.#medium.checkPower('measure', path);
    this.#tree.folder('measure', path);
    return this.#medium.room;
  }

  async makeFolder(path: string): Promise<void> {
    this.#medium.checkPower('make', path);
    const names = namesIn(path);
    let parent = this.#tree.root;
    for (const [i, name] of names.entries()) {
      let node = parent.entries.get(name);
      if (node?.kind === 'file') {
        throw new DiskError(i === names.length - 1 ? 'exists' : 'not-a-folder', 'make', path);
      }
      if (node === undefined) {
        const to = { folder: parent, name };
        const made = newFolder();
        this.#medium.change('make', path, () => this.#tree.change({ node: made, to }));
        this.#medium.sync('make', path, () => this.#tree.syncFolder(to.folder));
        node = made;
      }
      parent = node;
    }
  }

  async rename(source: string, target: string): Promise<void> {
    const action = `rename ${source} to`;
    this.#medium.checkPower(action, target);
    const from = this.#tree.slot(action, source);
    const to = this.#tree.slot(action, target);
    const node = from.folder.entries.get(from.name);
    if (node === undefined) throw new DiskError('not-found', action, target);
    const replaced = to.folder.entries.get(to.name);
    if (replaced === node) return;
    if (node.kind === 'file' && replaced?.kind === 'folder') {
      throw new DiskError('is-a-folder', action, target);
    }
    if (node.kind === 'folder' && replaced?.kind === 'file') {
      throw new DiskError('not-a-folder', action, target);
    }
    if (replaced?.kind === 'folder' && replaced.entries.size > 0) {
      throw new DiskError('not-empty', action, target);
    }
    this.#medium.change(action, target, () => {
      if (replaced?.kind === 'file') this.#medium.unlink(replaced);
      this.#tree.change({ node, from, to });
    });
  }

  async removeFile(path: string): Promise<void> {
    this.#medium.checkPower('remove', path);
    const from = this.#tree.slot('remove', path);
    const node = from.folder.entries.get(from.name);
    if (node === undefined) throw new DiskError('not-found', 'remove', path);
    if (node.kind === 'folder') throw new DiskError('is-a-folder', 'remove', path);
    this.#remove(path, node, from);
  }

  async removeFolder(path: string): Promise<void> {
    this.#medium.checkPower('remove', path);
    const folder = this.#tree.folder('remove', path);
    this.#remove(path, folder, this.#tree.slot('remove', path));
  }

  async syncFolder(path: string): Promise<void> {
    this.#medium.checkPower('sync', path);
    const folder = this.#tree.folder('sync', path);
    this.#medium.sync('sync', path, () => this.#tree.syncFolder(folder));
  }

  async lock(path: string): Promise<FolderLock> {
    this.#medium.checkPower('lock', path);
    const folder = this.#tree.folder('lock', path);
    const locks = this.#locks;
    if (locks.has(folder)) throw new DiskError('locked', 'lock', path);
    const lock: FolderLock = {
      async release() {
        if (locks.get(folder) === lock) locks.delete(folder);
      },
    };
    locks.set(folder, lock);
    return lock;
  }

  /** Removes a node, what is in it first, each by a change of its own. */
  #remove(path: string, node: MemoryNode, from: Slot): void {
    if (node.kind === 'folder') {
      for (const [name, child] of sortedEntries(node)) {
        this.#remove(joinPath(path, name), child, { folder: node, name });
      }
    }
    this.#medium.change('remove', path, () => {
      if (node.kind === 'file') this.#medium.unlink(node);
      this.#tree.change({ node, from });
    });
  }

  #file(action: string, path: string): MemoryFile {
    const node = this.#tree.find(path);
    if (node?.kind !== 'file') throw new DiskError('not-found', action, path);
    return node;
  }
}
