/** What a node remembers of an address. All times are unix times in seconds; 0 is never. */
import { endpointKey, type NetAddress, type NetEndpoint } from './net-address.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An address that nobody has seen for so long is not worth a try. */
const HORIZON = 30 * DAY;
/** So many tries without a single success, or with none for a week, and nobody tries again. */
const RETRIES = 3;
const MOST_FAILURES = 10;
const FAILING_TIME = 7 * DAY;
/** Whose clock is further ahead tells nonsense. */
const LARGEST_LEAD = 10 * MINUTE;

/** An address, as the book shows it. */
export interface KnownAddress extends NetEndpoint {
  /** When it was last seen on the network, as far as one hears. */
  readonly time: number;
  readonly services: bigint;
  /** Who told of it first. */
  readonly source: NetAddress;
  readonly lastTry: number;
  readonly lastSuccess: number;
  /** Tries since the last success. */
  readonly attempts: number;
  /** Whether a connection to it has ever succeeded: it is then in the tried table. */
  readonly isTried: boolean;
}

/** The same, as the book keeps it. */
export interface AddressEntry extends KnownAddress {
  /** Its name in maps. */
  readonly key: string;
  time: number;
  services: bigint;
  lastTry: number;
  /** The last try that was counted in `attempts`. */
  lastCountedTry: number;
  lastSuccess: number;
  attempts: number;
  isTried: boolean;
  /** Where it stands in the new table, in eight places at most. */
  readonly places: number[];
  /** Its place in the list that samples are drawn from. */
  index: number;
}

export interface EntryFacts extends NetEndpoint {
  readonly time: number;
  readonly services: bigint;
  readonly lastSuccess?: number;
  readonly attempts?: number;
}

/** The source is kept as it is, because many entries share one. */
export function makeEntry(facts: EntryFacts, source: NetAddress): AddressEntry {
  const { network, address, port, time, services, lastSuccess = 0, attempts = 0 } = facts;
  return {
    // Copies: what arrives is a view of a message that is much larger.
    ...{ network, address: address.slice(), port, time, services, lastSuccess, attempts },
    source,
    key: endpointKey(facts),
    lastTry: 0,
    lastCountedTry: 0,
    isTried: false,
    places: [],
    index: -1,
  };
}

/** Whether an address is so bad that any other may have its place, and nobody is told of it. */
export function isTerrible(entry: KnownAddress, now: number): boolean {
  // Whoever is being tried at this moment may yet turn out well.
  if (entry.lastTry > 0 && entry.lastTry >= now - MINUTE) return false;
  if (entry.time > now + LARGEST_LEAD || now - entry.time > HORIZON) return true;
  if (entry.lastSuccess === 0 && entry.attempts >= RETRIES) return true;
  return now - entry.lastSuccess > FAILING_TIME && entry.attempts >= MOST_FAILURES;
}

/** How likely an address that was drawn is taken: the more tries have failed, the less. */
export function chance(entry: KnownAddress, now: number): number {
  const wasJustTried = now - entry.lastTry < 10 * MINUTE;
  return (wasJustTried ? 0.01 : 1) * 0.66 ** Math.min(entry.attempts, 8);
}
