import { type Clock, unixTime } from '../../../outside/clock/clock.ts';
import { drawBelow, drawChance, drawUnit, pick } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { endpointText } from '../../../outside/network/endpoint.ts';
import type { PeerAddress } from '../../../protocol/wire/peer-address.ts';
import { isHeard, type Log, noLog } from '../../log/log.ts';
import {
  type AddressEntry,
  chance,
  isTerrible,
  type KnownAddress,
  makeEntry,
} from './address-entry.ts';
import { AddressList } from './address-list.ts';
import type { AddressRules } from './address-rules.ts';
import { addressText } from './address-text.ts';
import { BucketHash, KEY_LENGTH } from './bucket-hash.ts';
import { BUCKET_SIZE, BucketTable } from './bucket-table.ts';
import { endpointKey, equalAddresses, type NetAddress, type NetEndpoint } from './net-address.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** In how many places of the new table an address may stand: as often as different sources tell it. */
const MOST_PLACES = 8;
/** Tried addresses whose place is taken wait here until the other one has been tested. */
const MOST_COLLISIONS = 10;
/** Who was reached within this time keeps a place. */
const KEEPING_TIME = 4 * HOUR;
/** A collision that is not resolved after this time goes against the older address. */
const TEST_WINDOW = 40 * MINUTE;

export interface AddressBookParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly rules: AddressRules;
  /** Decides the places; drawn at random where none was kept. */
  readonly key?: Uint8Array;
  readonly log?: Log;
}

export interface SelectOptions {
  /** Only what was never connected to: for feelers. */
  readonly newOnly?: boolean;
  /** A number of `NETWORKS`. */
  readonly network?: number;
}

export interface SampleOptions {
  readonly most: number;
  /** At most so many of a hundred that are known. */
  readonly percent: number;
  readonly network?: number;
}

/**
 * The addresses of nodes that this one may connect to, after Bitcoin Core's `addrman`.
 *
 * New addresses are hearsay. They go into 1,024 buckets of 64 places; which ones, a secret key and the
 * groups of the address and of its source decide. Everything that one group of sources tells is in 64
 * buckets, so whoever owns a few networks cannot fill the table. Addresses that a connection succeeded
 * to are tried: they have 256 buckets of their own, where an attacker has to answer from many networks.
 * A tried address is replaced only once it has been tested and does not answer.
 *
 * @example
 * const book = new AddressBook({ clock, entropy, rules: publicRules });
 * book.add(addresses, source, 7200);
 * const address = book.select();
 */
export class AddressBook {
  readonly key: Uint8Array;
  readonly rules: AddressRules;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #hash: BucketHash;
  readonly #log: Log;
  readonly #list = new AddressList();
  readonly #new = new BucketTable();
  readonly #tried = new BucketTable();
  readonly #collisions = new Set<string>();
  /** When anything was last reached: a try that fails while nothing is reached says nothing. */
  #lastGood = 1;

  constructor(parts: AddressBookParts) {
    const { clock, entropy, rules, key = entropy.bytes(KEY_LENGTH), log = noLog } = parts;
    this.key = key;
    this.rules = rules;
    this.#clock = clock;
    this.#entropy = entropy;
    this.#log = log;
    this.#hash = new BucketHash(key, rules);
  }

  get size(): number {
    return this.#list.size;
  }

  /** How many addresses are in each table, of one network or of all. */
  counts(network?: number): { readonly new: number; readonly tried: number } {
    return this.#list.counts(network);
  }

  /** How many buckets of each table have something in them. */
  get bucketsUsed(): { readonly new: number; readonly tried: number } {
    return { new: this.#new.bucketsUsed, tried: this.#tried.bucketsUsed };
  }

  get(endpoint: NetEndpoint): KnownAddress | undefined {
    return this.#list.get(endpointKey(endpoint));
  }

  entries(): readonly Readonly<AddressEntry>[] {
    return this.#list.entries();
  }

  /**
   * Notes what somebody told, and answers how many of the addresses found a place. `penalty` is taken
   * off the times, in seconds: hearsay is older than it says.
   */
  add(addresses: readonly PeerAddress[], teller: NetAddress, penalty = 0): number {
    const source = { network: teller.network, address: teller.address.slice() };
    const bucketOf = this.#hash.newBucketsOf(source);
    return addresses.filter((told) => {
      // What somebody says of himself is not hearsay.
      return this.#addOne(told, source, equalAddresses(told, source) ? 0 : penalty, bucketOf);
    }).length;
  }

  /**
   * A connection to it succeeded: it belongs in the tried table. Where its place there is taken, it
   * waits until whoever has it was tested ({@link selectCollision}).
   */
  good(endpoint: NetEndpoint): boolean {
    return this.#good(endpoint, true);
  }

  /** A connection to it is tried. Whether that counts as a failure until it succeeds, the caller says. */
  attempt(endpoint: NetEndpoint, countsAsFailure: boolean): void {
    const entry = this.#list.get(endpointKey(endpoint));
    if (entry === undefined) return;
    const now = this.#now();
    entry.lastTry = now;
    if (!countsAsFailure || entry.lastCountedTry >= this.#lastGood) return;
    entry.lastCountedTry = now;
    entry.attempts++;
  }

  /** A connection to it has ended. Noted late, so that nobody learns from it who is connected now. */
  connected(endpoint: NetEndpoint): void {
    const entry = this.#list.get(endpointKey(endpoint));
    const now = this.#now();
    if (entry !== undefined && now - entry.time > 20 * MINUTE) entry.time = now;
  }

  setServices(endpoint: NetEndpoint, services: bigint): void {
    const entry = this.#list.get(endpointKey(endpoint));
    if (entry !== undefined) entry.services = services;
  }

  /** An address to connect to: from either table, and rather one that has not failed yet. */
  select({ newOnly = false, network }: SelectOptions = {}): KnownAddress | undefined {
    const counts = this.#list.counts(network);
    if (counts.new + (newOnly ? 0 : counts.tried) === 0) return undefined;
    const mayBeTried = !newOnly && counts.tried > 0;
    const isTried = mayBeTried && (counts.new === 0 || drawChance(this.#entropy, 0.5));
    const table = isTried ? this.#tried : this.#new;
    const fits = (entry: AddressEntry): boolean =>
      network === undefined || entry.network === network;
    const now = this.#now();
    for (let factor = 1; ; ) {
      const entry = table.draw(this.#entropy, fits);
      if (entry === undefined) continue;
      if (drawUnit(this.#entropy) < factor * chance(entry, now)) return entry;
      // So that the search ends, however many have failed.
      factor *= 1.2;
    }
  }

  /** Addresses to tell somebody: a part of all, none that is terrible. */
  sample({ most, percent, network }: SampleOptions): readonly KnownAddress[] {
    const wanted = Math.min(most, Math.floor((this.#list.size * percent) / 100));
    const now = this.#now();
    const sample: KnownAddress[] = [];
    for (const entry of this.#list.drawAll(this.#entropy)) {
      if (sample.length >= wanted) break;
      if (network !== undefined && entry.network !== network) continue;
      if (!isTerrible(entry, now)) sample.push(entry);
    }
    return sample;
  }

  /** A tried address that stands in the way of another one, and is to be tested by a feeler. */
  selectCollision(): KnownAddress | undefined {
    const key = pick(this.#entropy, [...this.#collisions]);
    if (key === undefined) return undefined;
    const waiting = this.#list.get(key);
    if (waiting === undefined) {
      this.#collisions.delete(key);
      return undefined;
    }
    return this.#tried.get(this.#hash.triedPlace(waiting));
  }

  /** Decides about the collisions that were tested, or were not in time. */
  resolveCollisions(): void {
    for (const key of [...this.#collisions]) {
      const waiting = this.#list.get(key);
      if (waiting === undefined || this.#isResolved(waiting)) this.#collisions.delete(key);
    }
  }

  /** Puts an address back that was saved; false if its places are taken or it is not a usable one. */
  restore(entry: AddressEntry, buckets: readonly number[]): boolean {
    if (!this.rules.isUsable(entry) || this.#list.get(entry.key) !== undefined) return false;
    if (entry.isTried) {
      const place = this.#hash.triedPlace(entry);
      if (this.#tried.get(place) !== undefined) return false;
      this.#list.add(entry);
      this.#tried.put(place, entry);
      return true;
    }
    const places = [...new Set(buckets)].map((bucket) => this.#hash.newPlace(entry, bucket));
    const free = places.filter((place) => this.#new.get(place) === undefined).slice(0, MOST_PLACES);
    if (free.length === 0) return false;
    this.#list.add(entry);
    for (const place of free) this.#place(entry, place);
    return true;
  }

  #addOne(
    told: PeerAddress,
    source: NetAddress,
    penalty: number,
    bucketOf: (address: NetAddress) => number,
  ): boolean {
    if (!this.rules.isUsable(told)) return false;
    const known = this.#list.get(endpointKey(told));
    if (known !== undefined && !this.#refresh(known, told, penalty)) return false;
    const place = this.#hash.newPlace(told, bucketOf(told));
    const holder = this.#new.get(place);
    const isFree =
      holder === undefined ||
      (holder !== known &&
        (isTerrible(holder, this.#now()) || (holder.places.length > 1 && known === undefined)));
    if (!isFree) return false;
    this.#clear(place);
    this.#place(known ?? this.#make(told, source, penalty), place);
    this.#tellPlace(told, place);
    return true;
  }

  #tellPlace(told: PeerAddress, place: number): void {
    if (!isHeard(this.#log, 'debug', 'addrman')) return;
    const at = endpointText({ host: addressText(told), port: told.port });
    const [bucket, position] = [Math.trunc(place / BUCKET_SIZE), place % BUCKET_SIZE];
    this.#log('debug', 'addrman', `Added ${at} to new[${bucket}][${position}]`);
  }

  #make(told: PeerAddress, source: NetAddress, penalty: number): AddressEntry {
    const entry = makeEntry({ ...told, time: Math.max(0, told.time - penalty) }, source);
    this.#list.add(entry);
    return entry;
  }

  /** Takes over what is new about an address. Says whether it may have a further place for it. */
  #refresh(entry: AddressEntry, told: PeerAddress, penalty: number): boolean {
    const isOnline = this.#now() - told.time < DAY;
    if (entry.time < told.time - (isOnline ? HOUR : DAY) - penalty) {
      entry.time = Math.max(0, told.time - penalty);
    }
    entry.services |= told.services;
    if (told.time <= entry.time || entry.isTried || entry.places.length >= MOST_PLACES)
      return false;
    // Every further place is half as likely as the one before it.
    return drawBelow(this.#entropy, 1 << entry.places.length) === 0;
  }

  #good(endpoint: NetEndpoint, testsFirst: boolean): boolean {
    const now = this.#now();
    this.#lastGood = now;
    const entry = this.#list.get(endpointKey(endpoint));
    if (entry === undefined) return false;
    entry.lastSuccess = now;
    entry.lastTry = now;
    entry.attempts = 0;
    // `time` stays: it is told to others, who would learn from it who is connected now.
    if (entry.isTried) return false;
    const place = this.#hash.triedPlace(entry);
    if (testsFirst && this.#tried.get(place) !== undefined) {
      if (this.#collisions.size < MOST_COLLISIONS) this.#collisions.add(entry.key);
      return false;
    }
    this.#makeTried(entry, place);
    return true;
  }

  #isResolved(waiting: AddressEntry): boolean {
    const now = this.#now();
    const holder = this.#tried.get(this.#hash.triedPlace(waiting));
    if (holder !== undefined) {
      if (now - holder.lastSuccess < KEEPING_TIME) return true;
      const wasTested = now - holder.lastTry < KEEPING_TIME;
      // A test takes up to a minute.
      const isDue = wasTested
        ? now - holder.lastTry > MINUTE
        : now - waiting.lastSuccess > TEST_WINDOW;
      if (!isDue) return false;
    }
    this.#good(waiting, false);
    return true;
  }

  #makeTried(entry: AddressEntry, place: number): void {
    for (const newPlace of entry.places.splice(0)) this.#new.free(newPlace);
    const holder = this.#tried.get(place);
    this.#list.setTried(entry, true);
    if (holder !== undefined) {
      this.#tried.free(place);
      this.#list.setTried(holder, false);
      const back = this.#hash.newPlace(holder, this.#hash.newBucket(holder, holder.source));
      this.#clear(back);
      this.#place(holder, back);
    }
    this.#tried.put(place, entry);
  }

  #place(entry: AddressEntry, place: number): void {
    this.#new.put(place, entry);
    entry.places.push(place);
  }

  /** Frees a place of the new table. Who has no other one is forgotten. */
  #clear(place: number): void {
    const holder = this.#new.get(place);
    if (holder === undefined) return;
    this.#new.free(place);
    holder.places.splice(holder.places.indexOf(place), 1);
    if (holder.places.length === 0) this.#list.remove(holder);
  }

  #now(): number {
    return unixTime(this.#clock);
  }
}

/** The buckets of the new table that an entry stands in. */
export function bucketsOf(entry: Readonly<AddressEntry>): readonly number[] {
  return entry.places.map((place) => Math.floor(place / BUCKET_SIZE));
}
