import type { Entropy } from '../../outside/entropy/entropy.ts';
import type { CoinKey } from '../../protocol/consensus/coin.ts';
import { CoinRecords, KEY_SIZE, type RecordFlags, type RecordRef } from './coin-records.ts';

/** No record: what {@link CoinTable.find} answers for a key that is not there. */
export const NONE = 0;

/** Which bytes of a key its place depends on: half of the id, and the number of the output. */
const HASHED = [...Array.from({ length: 16 }, (_, i) => i), 32, 33, 34, 35];

const PARTITION_BITS = 6;
const MIN_CAPACITY = 16;

/** A part of the table, small enough to be rebuilt in a moment. */
interface Partition {
  /** Pairs of a hash and a record; no record where there is none. */
  slots: Int32Array;
  count: number;
}

/**
 * Records by key: an open hash table with linear probing over {@link CoinRecords}. It has many parts
 * that grow one by one, so that nobody waits for all of it to be rebuilt.
 *
 * The ids of transactions are chosen by strangers, so a key's place depends on tables of random
 * numbers ("simple tabulation", which makes linear probing safe: Patrascu and Thorup, 2012).
 */
export class CoinTable {
  readonly records = new CoinRecords();
  readonly #partitions: readonly Partition[];
  readonly #random: Int32Array;
  readonly #keyBytes = new Uint8Array(KEY_SIZE);
  readonly #keyWords = new Int32Array(this.#keyBytes.buffer);
  #size = 0;
  #slotBytes = 0;

  constructor(entropy: Entropy) {
    this.#random = Int32Array.from({ length: HASHED.length * 256 }, () => entropy.u32());
    this.#partitions = Array.from({ length: 1 << PARTITION_BITS }, () => ({
      slots: this.#newSlots(MIN_CAPACITY),
      count: 0,
    }));
  }

  get size(): number {
    return this.#size;
  }

  /** The memory that it really takes. */
  get bytes(): number {
    return this.records.bytes + this.#slotBytes + this.#random.byteLength;
  }

  find(key: CoinKey): RecordRef {
    if (key.length !== KEY_SIZE) throw new RangeError(`a coin key of ${key.length} bytes, not 36`);
    this.#keyBytes.set(key);
    const hash = this.#hash(key);
    const { slots } = this.#partition(hash);
    const mask = slots.length - 2;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const ref = (slots[at + 1] as number) >>> 0;
      if (ref === NONE) return NONE;
      if (slots[at] === hash && this.records.hasKey(ref, this.#keyWords)) return ref;
    }
  }

  /** Adds a record, whose key must not be there. */
  add(key: CoinKey, value: Uint8Array, flags: RecordFlags): RecordRef {
    const ref = this.records.append(key, value, flags);
    const hash = this.#hash(key);
    const partition = this.#partition(hash);
    // Three quarters full: beyond that the ways get long.
    if ((partition.count + 1) * 8 > partition.slots.length * 3) {
      this.#rebuild(partition, partition.slots.length);
    }
    insert(partition.slots, hash, ref);
    partition.count++;
    this.#size++;
    return ref;
  }

  /** Gives a record another value. It may get another place. */
  replace(ref: RecordRef, value: Uint8Array, flags: RecordFlags): RecordRef {
    if (this.records.replace(ref, value, flags)) return ref;
    const replacement = this.records.append(this.records.key(ref), value, flags);
    this.#repoint(ref, replacement);
    return replacement;
  }

  /** Moves a record to others of its age, so that its segment empties. */
  relocate(ref: RecordRef): void {
    this.#repoint(ref, this.records.relocate(ref));
  }

  remove(ref: RecordRef): void {
    const hash = this.#hash(this.records.key(ref));
    const partition = this.#partition(hash);
    closeGap(partition.slots, slotOf(partition.slots, hash, ref));
    partition.count--;
    this.#size--;
    this.records.remove(ref);
    const capacity = partition.slots.length / 2;
    if (capacity > MIN_CAPACITY && partition.count * 8 < capacity) {
      this.#rebuild(partition, capacity / 2);
    }
  }

  #repoint(from: RecordRef, to: RecordRef): void {
    const hash = this.#hash(this.records.key(from));
    const { slots } = this.#partition(hash);
    slots[slotOf(slots, hash, from) + 1] = to;
    this.records.remove(from);
  }

  #rebuild(partition: Partition, capacity: number): void {
    const old = partition.slots;
    const slots = this.#newSlots(capacity);
    for (let at = 0; at < old.length; at += 2) {
      const ref = old[at + 1] as number;
      if (ref !== NONE) insert(slots, old[at] as number, ref);
    }
    this.#slotBytes -= old.byteLength;
    partition.slots = slots;
  }

  #newSlots(capacity: number): Int32Array {
    const slots = new Int32Array(capacity * 2);
    this.#slotBytes += slots.byteLength;
    return slots;
  }

  #partition(hash: number): Partition {
    return this.#partitions[hash >>> (32 - PARTITION_BITS)] as Partition;
  }

  #hash(key: CoinKey): number {
    const random = this.#random;
    let hash = 0;
    let table = 0;
    for (const position of HASHED) {
      hash ^= random[table + (key[position] as number)] as number;
      table += 256;
    }
    return hash;
  }
}

function insert(slots: Int32Array, hash: number, ref: RecordRef): void {
  const mask = slots.length - 2;
  let at = (hash << 1) & mask;
  while (slots[at + 1] !== NONE) at = (at + 2) & mask;
  slots[at] = hash;
  slots[at + 1] = ref;
}

/** The slot of a record that is in the table. */
function slotOf(slots: Int32Array, hash: number, ref: RecordRef): number {
  const mask = slots.length - 2;
  let at = (hash << 1) & mask;
  while ((slots[at + 1] as number) >>> 0 !== ref) at = (at + 2) & mask;
  return at;
}

/** Empties a slot, and moves up those behind it that would not be found any more. */
function closeGap(slots: Int32Array, slot: number): void {
  const mask = slots.length - 2;
  let gap = slot;
  for (let at = (gap + 2) & mask; slots[at + 1] !== NONE; at = (at + 2) & mask) {
    const home = ((slots[at] as number) << 1) & mask;
    // Whether the gap lies on the way from where it belongs to where it is.
    if (((at - home) & mask) >= ((at - gap) & mask)) {
      slots[gap] = slots[at] as number;
      slots[gap + 1] = slots[at + 1] as number;
      gap = at;
    }
  }
  slots[gap + 1] = NONE;
}
