/** A disk that fills up at a chosen point: somebody else's file takes all that is left of it. */
import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import type { KeyValueStore, OpenStore } from '../../src/node/storage/key-value-store.ts';
import type { Disk, DiskFile } from '../../src/outside/disk/disk.ts';

/**
 * What is to be written when the disk fills up.
 *
 * - `block`, `undo`: to a file of these
 * - `index`: to the block index
 * - `coins`: to the database of the coins, into its log
 * - `compaction`: to the same, with room for the log and none for the table that is made of it
 */
export const FILL_PLACES = ['block', 'undo', 'index', 'coins', 'compaction'] as const;
export type FillPlace = (typeof FILL_PLACES)[number];

/** How often something has been written to each. */
export type WriteCounts = Readonly<Record<FillPlace, number>>;

export interface FillPoint {
  readonly place: FillPlace;
  /** The write that comes too late, from 1. */
  readonly write: number;
  /** The bytes that are left; for a compaction, beside what goes into the log. */
  readonly spare: number;
}

const CHUNKS = [1024 * 1024, 4096];

/** Takes all space but so much, by a file that grows. */
export function fillUp(ballast: string, spare: number): void {
  const file = openSync(ballast, 'a');
  for (const size of CHUNKS) {
    const chunk = new Uint8Array(size);
    try {
      while (writeSync(file, chunk) === size);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
  ftruncateSync(file, Math.max(0, statSync(ballast).size - spare));
  closeSync(file);
}

/** Counts what is written where, and calls `fill` before the chosen write. */
export class WriteCounter {
  readonly counts: Record<FillPlace, number> = {
    block: 0,
    undo: 0,
    index: 0,
    coins: 0,
    compaction: 0,
  };
  readonly #point: FillPoint | undefined;
  readonly #fill: (spare: number) => void;

  constructor(point: FillPoint | undefined, fill: (spare: number) => void) {
    this.#point = point;
    this.#fill = fill;
  }

  note(place: FillPlace, needed = 0): void {
    this.counts[place]++;
    if (this.#point?.place !== place || this.counts[place] !== this.#point.write) return;
    this.#fill(this.#point.spare + needed);
  }

  /** The same disk, but every write to a block or undo file is noted first. */
  watchDisk(disk: Disk): Disk {
    const open: Disk['open'] = async (...args) => {
      const file = await disk.open(...args);
      const place = placeOf(file.path);
      return place === undefined ? file : this.#watchFile(file, place);
    };
    return withMethod(disk, 'open', open);
  }

  /** The same stores, but every write to the block index or to the coins is noted first. */
  watchStores(openStore: OpenStore, writeBufferBytes: number): OpenStore {
    return async (path, options) => {
      const store = await openStore(path, { ...options, writeBufferBytes });
      if (path.endsWith('blocks/index')) return this.#watchIndex(store);
      return path.endsWith('chainstate') ? this.#watchCoins(store) : store;
    };
  }

  #watchFile(file: DiskFile, place: FillPlace): DiskFile {
    return withMethod(file, 'write', (position, bytes) => {
      this.note(place);
      return file.write(position, bytes);
    });
  }

  #watchIndex(store: KeyValueStore): KeyValueStore {
    return withMethod(store, 'write', (batch, options) => {
      this.note('index');
      return store.write(batch, options);
    });
  }

  #watchCoins(store: KeyValueStore): KeyValueStore {
    return withMethod(store, 'write', (batch, options) => {
      this.note('coins');
      this.note('compaction', batch.bytes);
      return store.write(batch, options);
    });
  }
}

function placeOf(path: string): FillPlace | undefined {
  if (/blk\d+\.dat$/.test(path)) return 'block';
  return /rev\d+\.dat$/.test(path) ? 'undo' : undefined;
}

/** An object with another method in the place of one of its own. */
function withMethod<T extends object, N extends keyof T>(object: T, name: N, method: T[N]): T {
  return new Proxy(object, {
    get(target, asked) {
      if (asked === name) return method;
      const value: unknown = Reflect.get(target, asked);
      // Objects keep what is theirs from others, proxies included.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
