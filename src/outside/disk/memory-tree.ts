/**
 * The names on a simulated disk, twice: as they are now, and as far as they are durable. A name
 * becomes durable when its folder is synced; until then a crash may keep the change or lose it.
 */
import { drawChance } from '../entropy/draw.ts';
import type { Entropy } from '../entropy/entropy.ts';
import { DiskError } from './disk-error.ts';
import { MemoryContent } from './memory-content.ts';

export interface MemoryFile {
  readonly kind: 'file';
  readonly permissions: number;
  readonly content: MemoryContent;
  /** Whether a name stands for it. A file that was removed while open has none. */
  linked: boolean;
}

export interface MemoryFolder {
  readonly kind: 'folder';
  readonly entries: Map<string, MemoryNode>;
  readonly durable: Map<string, MemoryNode>;
}

export type MemoryNode = MemoryFile | MemoryFolder;

/** A place for a name. */
export interface Slot {
  readonly folder: MemoryFolder;
  readonly name: string;
}

/** A change of names that happens as one: `node` leaves a slot, enters one, or both. */
interface NameChange {
  readonly node: MemoryNode;
  readonly from?: Slot;
  readonly to?: Slot;
}

/** Beyond so many changes the oldest are durable: systems write them by themselves after a while. */
const MOST_CHANGES_IN_FLIGHT = 10_000;

export class MemoryTree {
  readonly root: MemoryFolder = newFolder();
  #inFlight: NameChange[] = [];

  /** What is at a path; undefined if nothing is. */
  find(path: string): MemoryNode | undefined {
    let node: MemoryNode | undefined = this.root;
    for (const name of namesIn(path)) {
      if (node?.kind !== 'folder') return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  /** The folder at a path. */
  folder(action: string, path: string): MemoryFolder {
    const node = this.find(path);
    if (node?.kind === 'folder') return node;
    if (node === undefined) throw new DiskError('not-found', action, path);
    throw new DiskError('not-a-folder', action, path);
  }

  /** The place of a name, in a folder that is there. */
  slot(action: string, path: string): Slot {
    const names = namesIn(path);
    const name = names.pop();
    if (name === undefined) throw new DiskError('is-a-folder', action, path);
    let folder: MemoryNode = this.root;
    for (const above of names) {
      const next: MemoryNode | undefined = folder.entries.get(above);
      if (next === undefined) throw new DiskError('not-found', action, path);
      if (next.kind === 'file') throw new DiskError('not-a-folder', action, path);
      folder = next;
    }
    return { folder, name };
  }

  /** Adds, removes or moves a node, now and, sooner or later, durably. */
  change(change: NameChange): void {
    const { node, from, to } = change;
    if (from !== undefined) from.folder.entries.delete(from.name);
    if (to !== undefined) to.folder.entries.set(to.name, node);
    this.#inFlight.push(change);
    if (this.#inFlight.length > MOST_CHANGES_IN_FLIGHT) {
      makeDurable(this.#inFlight.shift() as NameChange);
    }
  }

  syncFolder(folder: MemoryFolder): void {
    this.#settle((change) => slotsOf(change).some((slot) => slot.folder === folder));
  }

  /** A loss of power: each change that was not synced survives with this chance. */
  crash(entropy: Entropy, survival: number): void {
    this.#settle(() => drawChance(entropy, survival));
    this.#inFlight = [];
    for (const file of restore(this.root)) file.content.crash(entropy, survival);
  }

  /** Makes the chosen changes durable, and the earlier ones of the same names, which they build on. */
  #settle(isChosen: (change: NameChange) => boolean): void {
    const needed = new Map<MemoryFolder, Set<string>>();
    const settled: NameChange[] = [];
    for (const change of this.#inFlight.toReversed()) {
      const slots = slotsOf(change);
      const isNeeded = slots.some(({ folder, name }) => needed.get(folder)?.has(name) === true);
      if (!isChosen(change) && !isNeeded) continue;
      settled.push(change);
      for (const { folder, name } of slots) {
        needed.set(folder, (needed.get(folder) ?? new Set()).add(name));
      }
    }
    for (const change of settled.toReversed()) makeDurable(change);
    const done = new Set(settled);
    this.#inFlight = this.#inFlight.filter((change) => !done.has(change));
  }
}

function slotsOf({ from, to }: NameChange): Slot[] {
  return [from, to].filter((slot) => slot !== undefined);
}

/** The names on the way from the top to a path. */
export function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

export function newFolder(): MemoryFolder {
  return { kind: 'folder', entries: new Map(), durable: new Map() };
}

export function newFile(permissions: number): MemoryFile {
  return { kind: 'file', permissions, content: new MemoryContent(), linked: true };
}

/** The entries of a folder, ordered by name. */
export function sortedEntries(folder: MemoryFolder): [name: string, node: MemoryNode][] {
  return [...folder.entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** All files in a folder and below it. */
export function* filesIn(folder: MemoryFolder): Generator<MemoryFile> {
  for (const [, node] of sortedEntries(folder)) {
    if (node.kind === 'file') yield node;
    else yield* filesIn(node);
  }
}

function makeDurable({ node, from, to }: NameChange): void {
  if (from !== undefined && from.folder.durable.get(from.name) === node) {
    from.folder.durable.delete(from.name);
  }
  if (to !== undefined) to.folder.durable.set(to.name, node);
}

/** Brings back the durable names, and answers with the files that they stand for. */
function* restore(folder: MemoryFolder): Generator<MemoryFile> {
  folder.entries.clear();
  for (const [name, node] of folder.durable) folder.entries.set(name, node);
  for (const [, node] of sortedEntries(folder)) {
    if (node.kind === 'folder') {
      yield* restore(node);
    } else {
      node.linked = true;
      yield node;
    }
  }
}
