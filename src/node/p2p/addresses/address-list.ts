import { drawBelow } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { AddressEntry } from './address-entry.ts';

export interface TableCounts {
  readonly new: number;
  readonly tried: number;
}

/** Every entry once: by its name, in a list to draw from, and counted by network and table. */
export class AddressList {
  readonly #byKey = new Map<string, AddressEntry>();
  readonly #list: AddressEntry[] = [];
  readonly #counts = new Map<number, { new: number; tried: number }>();

  get size(): number {
    return this.#list.length;
  }

  get(key: string): AddressEntry | undefined {
    return this.#byKey.get(key);
  }

  entries(): readonly AddressEntry[] {
    return this.#list;
  }

  /** How many there are of a network, or of all of them. */
  counts(network?: number): TableCounts {
    if (network !== undefined) return this.#counts.get(network) ?? { new: 0, tried: 0 };
    const sum = { new: 0, tried: 0 };
    for (const counts of this.#counts.values()) {
      sum.new += counts.new;
      sum.tried += counts.tried;
    }
    return sum;
  }

  add(entry: AddressEntry): void {
    entry.index = this.#list.length;
    this.#list.push(entry);
    this.#byKey.set(entry.key, entry);
    this.#count(entry, 1);
  }

  remove(entry: AddressEntry): void {
    this.#count(entry, -1);
    this.#byKey.delete(entry.key);
    this.#swap(entry.index, this.#list.length - 1);
    this.#list.pop();
  }

  setTried(entry: AddressEntry, isTried: boolean): void {
    this.#count(entry, -1);
    entry.isTried = isTried;
    this.#count(entry, 1);
  }

  /** Entries in random order, each once: the drawn ones gather at the front of the list. */
  *drawAll(entropy: Entropy): Iterable<AddressEntry> {
    for (let i = 0; i < this.#list.length; i++) {
      this.#swap(i, i + drawBelow(entropy, this.#list.length - i));
      yield this.#list[i] as AddressEntry;
    }
  }

  #swap(i: number, j: number): void {
    const [a, b] = [this.#list[i], this.#list[j]] as [AddressEntry, AddressEntry];
    this.#list[i] = b;
    this.#list[j] = a;
    b.index = i;
    a.index = j;
  }

  #count({ network, isTried }: AddressEntry, by: number): void {
    const counts = this.#counts.get(network) ?? { new: 0, tried: 0 };
    this.#counts.set(network, counts);
    counts[isTried ? 'tried' : 'new'] += by;
  }
}
