import type { Clock } from '../../../outside/clock/clock.ts';
import {
  type KeyRange,
  type KeyValueStore,
  prefixRange,
  type StoreSnapshot,
} from '../../storage/key-value-store.ts';
import { Pace } from '../pace.ts';
import { type BlockPlace, decodePlace, TIP_KEY } from '../store-keys.ts';
import {
  decodeHistory,
  decodeUnspent,
  HISTORY,
  type HistoryEntry,
  PREFIX_SIZE,
  rowPrefix,
  type ScriptHash,
  UNSPENT,
  type UnspentOutput,
} from './address-rows.ts';

export interface PageRequest {
  /** How many entries at most. */
  readonly limit?: number;
  /** Where the page before ended: its {@link Page.next}. */
  readonly after?: Uint8Array | undefined;
  /** From the youngest to the oldest. */
  readonly newestFirst?: boolean;
}

/** What every answer is the truth at. */
export interface Moment {
  /** The last block that is taken into account; undefined before the first. */
  readonly tip: BlockPlace | undefined;
}

/**
 * Entries in the order of the chain. If `tip` is another block than that of the page before, the chain
 * has moved in between; only where it took blocks back can entries be missed, or seen twice.
 */
export interface Page<T> extends Moment {
  readonly entries: readonly T[];
  /** To be given for the next page; undefined if this is the last. */
  readonly next: Uint8Array | undefined;
}

export interface Balance extends Moment {
  /** What the coins of a script are worth: satoshis. */
  readonly balance: bigint;
  /** How many coins it has. */
  readonly unspent: number;
}

/** All that ever happened to a script. */
export interface Totals extends Moment {
  readonly transactions: number;
  readonly received: bigint;
  readonly spent: bigint;
}

const DEFAULT_LIMIT = 100;

/** Looks scripts up in the index of addresses. Every answer is of one moment, and says of which. */
export class AddressReader {
  readonly #store: KeyValueStore;
  readonly #pace: Pace;

  constructor(store: KeyValueStore, clock: Clock) {
    this.#store = store;
    this.#pace = new Pace(clock);
  }

  /**
   * The transactions that pay to a script or spend from it, from the oldest to the youngest.
   *
   * @example
   * const { entries, next } = await addresses.history(script, { limit: 25, newestFirst: true });
   * await addresses.history(script, { limit: 25, newestFirst: true, after: next })
   */
  history(script: ScriptHash, request: PageRequest = {}): Promise<Page<HistoryEntry>> {
    return this.#page(HISTORY, script, request, decodeHistory);
  }

  /** The coins of a script, from the oldest to the youngest. */
  unspent(script: ScriptHash, request: PageRequest = {}): Promise<Page<UnspentOutput>> {
    return this.#page(UNSPENT, script, request, decodeUnspent);
  }

  /** What a script has. It is added up: the time that it takes grows with the number of coins. */
  async balance(script: ScriptHash): Promise<Balance> {
    let [balance, unspent] = [0n, 0];
    const tip = await this.#each(prefixRange(rowPrefix(UNSPENT, script)), (key, value) => {
      balance += decodeUnspent(key, value).value;
      unspent++;
    });
    return { balance, unspent, tip };
  }

  /** What a script ever had. It is added up: the time that it takes grows with its history. */
  async totals(script: ScriptHash): Promise<Totals> {
    let [transactions, received, spent] = [0, 0n, 0n];
    const tip = await this.#each(prefixRange(rowPrefix(HISTORY, script)), (key, value) => {
      const entry = decodeHistory(key, value);
      transactions++;
      received += entry.received;
      spent += entry.spent;
    });
    return { transactions, received, spent, tip };
  }

  async #page<T>(
    letter: number,
    script: ScriptHash,
    request: PageRequest,
    decode: (key: Uint8Array, value: Uint8Array) => T,
  ): Promise<Page<T>> {
    const { limit = DEFAULT_LIMIT } = request;
    const entries: T[] = [];
    let last: Uint8Array | undefined;
    let next: Uint8Array | undefined;
    // One more than asked for, to know whether there is a page behind this one.
    const range = { ...pageRange(rowPrefix(letter, script), request), limit: limit + 1 };
    const tip = await this.#each(range, (key, value) => {
      if (entries.length === limit) {
        next = last?.slice(PREFIX_SIZE);
        return;
      }
      entries.push(decode(key, value));
      last = key;
    });
    return { entries, next, tip };
  }

  /** Goes over rows of one moment, and answers with the tip of that moment. */
  async #each(
    range: KeyRange,
    visit: (key: Uint8Array, value: Uint8Array) => void,
  ): Promise<BlockPlace | undefined> {
    const snapshot: StoreSnapshot = this.#store.snapshot();
    try {
      const tip = await snapshot.get(TIP_KEY);
      for await (const [key, value] of snapshot.iterate(range)) {
        if (this.#pace.isDue) await this.#pace.turn();
        visit(key, value);
      }
      return tip && decodePlace(tip);
    } finally {
      await snapshot.release();
    }
  }
}

function pageRange(prefix: Uint8Array, { after, newestFirst = false }: PageRequest): KeyRange {
  const { gte, lt } = prefixRange(prefix) as { gte: Uint8Array; lt?: Uint8Array };
  const above = lt === undefined ? {} : { lt };
  if (after === undefined) return { gte, ...above, reverse: newestFirst };
  const key = new Uint8Array(prefix.length + after.length);
  key.set(prefix);
  key.set(after, prefix.length);
  return newestFirst ? { gte, lt: key, reverse: true } : { gt: key, ...above };
}
