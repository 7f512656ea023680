import type { Clock } from '../../outside/clock/clock.ts';
import { drawBelow } from '../../outside/entropy/draw.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { type ByteTree, EMPTY_TREE } from './byte-tree.ts';
import type { KeyValueStore, OpenStore } from './key-value-store.ts';
import { MemoryStore } from './memory-store.ts';
import { StorageError } from './storage-error.ts';

/** Of older states, the newest counts as durable: systems write by themselves after a while. */
const MOST_STATES = 64;

export interface MemoryStoresOptions {
  /** Gives others a turn during large writes. */
  readonly clock?: Clock;
  /**
   * Whether {@link MemoryStores.crash} takes back what was not durable, as a loss of power does. It
   * takes back nothing otherwise, as when a process is killed. Makes small writes slower.
   */
  readonly losesPower?: boolean;
}

interface Place {
  /** The state that would survive a crash, and those that were written since, in order. */
  states: readonly ByteTree[];
  store: MemoryStore | undefined;
}

/**
 * Stores in memory that stay when they are closed, each under its path, as folders do: a node that is
 * stopped and started again in one process finds what it left, or what a {@link crash} left.
 *
 * @example
 * const stores = new MemoryStores();
 * const coins = await stores.open('/data/regtest/chainstate');
 */
export class MemoryStores {
  readonly #options: MemoryStoresOptions;
  #places = new Map<string, Place>();

  constructor(options: MemoryStoresOptions = {}) {
    this.#options = options;
  }

  /** Opens the store of a path. Where somebody has it open, it must be closed first. */
  readonly open: OpenStore = async (path, options = {}): Promise<KeyValueStore> => {
    const place = this.#places.get(path) ?? { states: [EMPTY_TREE], store: undefined };
    if (place.store !== undefined) {
      throw new StorageError('locked', path, `cannot open ${path}: it is open already`);
    }
    if (options.wipe === true) place.states = [EMPTY_TREE];
    const { clock, losesPower } = this.#options;
    place.store = new MemoryStore({
      clock,
      tree: place.states.at(-1),
      onWrite: losesPower ? (tree, durable) => keep(place, tree, durable) : undefined,
      onClose: (tree) => {
        if (losesPower !== true) place.states = [tree];
        place.store = undefined;
      },
    });
    this.#places.set(path, place);
    return place.store;
  };

  /** Ends whatever has a store open, without closing it. */
  crash(entropy: Entropy): void {
    const after = new Map<string, Place>();
    for (const [path, { states, store }] of this.#places) {
      const survivor = this.#options.losesPower
        ? states[drawBelow(entropy, states.length)]
        : (store?.state() ?? states.at(-1));
      after.set(path, { states: [survivor ?? EMPTY_TREE], store: undefined });
    }
    // Whoever still has a store goes on writing to a place that nobody will look at.
    this.#places = after;
  }
}

function keep(place: Place, tree: ByteTree, durable: boolean): void {
  place.states = durable ? [tree] : [...place.states, tree].slice(-MOST_STATES);
}
