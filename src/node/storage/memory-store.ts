import type { Clock } from '../../outside/clock/clock.ts';
import { type ByteTree, EMPTY_TREE, findInTree, TreeEdit, walkTree } from './byte-tree.ts';
import type {
  KeyRange,
  KeyValueStore,
  StoreEntry,
  StoreSnapshot,
  WriteOptions,
} from './key-value-store.ts';
import { StorageError } from './storage-error.ts';
import { TaskQueue } from './task-queue.ts';
import type { WriteBatch } from './write-batch.ts';

/** Batches of so many changes are applied at once: it takes some 30 ms. */
const AT_ONCE = 16384;
/** In larger ones, others have a turn after so many. */
const SLICE = 4096;

/** What an entry takes beside its bytes: lengths, its place in the page, room to grow. */
const ENTRY_OVERHEAD = 48;

export interface MemoryStoreOptions {
  /** Gives others a turn during large writes. Without one, every write happens at once. */
  readonly clock?: Clock | undefined;
  /** What is in the store at first. */
  readonly tree?: ByteTree | undefined;
  /** Hears of every new state, before whoever wrote it does. */
  readonly onWrite?: ((tree: ByteTree, durable: boolean) => void) | undefined;
  /** Hears of the last state. */
  readonly onClose?: (tree: ByteTree) => void;
}

/**
 * A store in memory. Many nodes in one process run on it, and tests.
 *
 * @example
 * const store = new MemoryStore();
 * await store.write(new WriteBatch().put(key, value));
 */
export class MemoryStore implements KeyValueStore {
  readonly #options: MemoryStoreOptions;
  readonly #writes = new TaskQueue();
  readonly #edit: TreeEdit;
  /** What readers see while a large batch is being written. */
  #before: ByteTree | undefined;
  #closed = false;

  constructor(options: MemoryStoreOptions = {}) {
    this.#options = options;
    this.#edit = new TreeEdit(options.tree ?? EMPTY_TREE);
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#checkOpen();
    return this.#find(key);
  }

  async getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#checkOpen();
    return keys.map((key) => this.#find(key));
  }

  async *iterate(range?: KeyRange): AsyncGenerator<StoreEntry> {
    this.#checkOpen();
    yield* walk(this.state(), range, () => this.#checkOpen());
  }

  async write(batch: WriteBatch, options: WriteOptions = {}): Promise<void> {
    this.#checkOpen();
    await this.#writes.run(async () => {
      await this.#apply(batch);
      this.#options.onWrite?.(this.#edit.finish(), options.durable === true);
    });
  }

  snapshot(): StoreSnapshot {
    this.#checkOpen();
    return new MemorySnapshot(this.state(), () => this.#checkOpen());
  }

  async sizeOnDisk(): Promise<number> {
    this.#checkOpen();
    return this.#edit.bytes + ENTRY_OVERHEAD * this.#edit.size;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writes.idle();
    this.#options.onClose?.(this.state());
  }

  /** What is in the store. */
  state(): ByteTree {
    return this.#before ?? this.#edit.finish();
  }

  #find(key: Uint8Array): Uint8Array | undefined {
    return this.#before === undefined ? this.#edit.find(key) : findInTree(this.#before, key);
  }

  async #apply(batch: WriteBatch): Promise<void> {
    const { clock } = this.#options;
    const isSliced = clock !== undefined && batch.size > AT_ONCE;
    if (isSliced) this.#before = this.#edit.finish();
    for (let i = 0; i < batch.size; i++) {
      if (isSliced && i % SLICE === SLICE - 1) await clock.nextTurn();
      const value = batch.valueAt(i);
      if (value === undefined) this.#edit.delete(batch.keyAt(i));
      else this.#edit.put(batch.keyAt(i), value);
    }
    this.#before = undefined;
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }
}

class MemorySnapshot implements StoreSnapshot {
  readonly #tree: ByteTree;
  readonly #checkStore: () => void;
  #released = false;

  constructor(tree: ByteTree, checkStore: () => void) {
    this.#tree = tree;
    this.#checkStore = checkStore;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#check();
    return findInTree(this.#tree, key);
  }

  async getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.#check();
    return keys.map((key) => findInTree(this.#tree, key));
  }

  async *iterate(range?: KeyRange): AsyncGenerator<StoreEntry> {
    this.#check();
    yield* walk(this.#tree, range, () => this.#check());
  }

  async release(): Promise<void> {
    this.#released = true;
  }

  #check(): void {
    this.#checkStore();
    if (this.#released) throw closedError();
  }
}

function* walk(
  tree: ByteTree,
  range: KeyRange | undefined,
  check: () => void,
): Generator<StoreEntry> {
  for (const entry of walkTree(tree, range)) {
    check();
    yield entry;
  }
}

function closedError(): StorageError {
  return new StorageError('closed', 'memory', 'the store in memory has been closed');
}
