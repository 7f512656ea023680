import { type Clock, sleep, unixTime } from '../../../outside/clock/clock.ts';
import { drawBelow, shuffled } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { Network } from '../../../outside/network/network.ts';
import { NetworkError } from '../../../outside/network/network-error.ts';
import { NODE_NETWORK, NODE_WITNESS } from '../../../protocol/wire/services.ts';
import type { Log } from '../../log/log.ts';
import type { AddressBook } from './address-book.ts';
import { parseAddress } from './address-text.ts';
import { type NetEndpoint, namedSource } from './net-address.ts';

/** So many seeds are asked at once, and then none for a while. */
const AT_ONCE = 3;
/** Who knows enough addresses to find peers by himself waits longer before he asks. */
const MANY_ADDRESSES = 1000;
const FEW_DELAY_MS = 11_000;
const MANY_DELAY_MS = 300_000;
/** With so many peers of its own choice a node asks no more. */
const ENOUGH_PEERS = 2;
/** What is taken of one answer. */
const MOST_ADDRESSES = 32;
/** Fixed addresses are the last resort: after so long without a single one. */
const FIXED_DELAY_MS = 60_000;

const DAY = 24 * 3600;
const WANTED_SERVICES = NODE_NETWORK | NODE_WITNESS;

export interface SeedParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: Network;
  readonly log: Log;
  readonly book: AddressBook;
  readonly dnsSeeds: readonly string[];
  /** The port that the nodes of this chain listen on. */
  readonly port: number;
  /** The peers of this node's own choice whose handshake is over. */
  readonly outboundPeers: () => number;
  /** Connects to a seed itself, once, to be told addresses: a seed that cannot be asked by services. */
  readonly fetchFrom: (host: string, port: number) => void;
  /** Nodes that have been there for long. */
  readonly fixedSeeds?: readonly NetEndpoint[];
  /** Core's `-forcednsseed`: at once, however many addresses are known. */
  readonly isForced?: boolean;
}

/**
 * The first addresses of a node that knows none: hosts whose names stand for nodes of the chain.
 *
 * Their operators could lead a new node wherever they like, so they are asked only when nothing else
 * helps: at once when no address is known, and otherwise when those that are known lead to no peers.
 *
 * @example
 * const stop = startSeeds({ ...parts, dnsSeeds: params.dnsSeeds, port: params.ports.p2p });
 */
export function startSeeds(parts: SeedParts): () => void {
  const aborted = new AbortController();
  const run = async (): Promise<void> => {
    await Promise.all([askSeeds(parts, aborted.signal), addFixedSeeds(parts, aborted.signal)]);
  };
  run().catch((error: unknown) => {
    if (!aborted.signal.aborted) throw error;
  });
  return () => aborted.abort();
}

async function askSeeds(parts: SeedParts, signal: AbortSignal): Promise<void> {
  const { clock, entropy, book, log, dnsSeeds, outboundPeers, isForced = false } = parts;
  const seeds = shuffled(entropy, dnsSeeds);
  let [right, found] = [isForced || book.size === 0 ? seeds.length : 0, 0];
  for (const seed of seeds) {
    if (right === 0) {
      right = AT_ONCE;
      if (book.size > 0) {
        const delay = book.size >= MANY_ADDRESSES ? MANY_DELAY_MS : FEW_DELAY_MS;
        log('note', 'net', `Waiting ${delay / 1000} seconds before querying DNS seeds.`);
        await sleep(clock, delay, signal);
        if (outboundPeers() >= ENOUGH_PEERS) {
          if (found > 0) tellFound(log, found);
          const what = found > 0 ? 'Finished' : 'Skipped';
          log('info', 'net', `P2P peers available. ${what} DNS seeding.`);
          return;
        }
      }
    }
    right--;
    log('note', 'net', `Loading addresses from DNS seed ${seed}`);
    found += await askSeed(parts, seed);
    signal.throwIfAborted();
  }
  if (seeds.length > 0) tellFound(log, found);
}

function tellFound(log: Log, found: number): void {
  log('info', 'net', `${found} addresses found from DNS seeds`);
}

/** Asks one seed for nodes with the services that are needed; answers how many addresses were new. */
async function askSeed(parts: SeedParts, seed: string): Promise<number> {
  const { clock, entropy, network, book, log, port, fetchFrom } = parts;
  const name = `x${WANTED_SERVICES.toString(16)}.${seed}`;
  let texts: readonly string[] = [];
  try {
    texts = await network.lookup(name);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    log('debug', 'net', `seed ${seed}: ${error.message}`);
  }
  const addresses = texts.slice(0, MOST_ADDRESSES).flatMap((text) => {
    const address = parseAddress(text);
    if (address === undefined) return [];
    // Nobody says when they were last seen: three to seven days ago.
    const time = unixTime(clock) - 3 * DAY - drawBelow(entropy, 4 * DAY);
    return [{ ...address, port, services: WANTED_SERVICES, time }];
  });
  if (addresses.length === 0) fetchFrom(seed, port);
  return book.add(addresses, namedSource(name));
}

async function addFixedSeeds(parts: SeedParts, signal: AbortSignal): Promise<void> {
  const { clock, entropy, book, log, dnsSeeds, fixedSeeds = [] } = parts;
  if (fixedSeeds.length === 0) return;
  // Who has seeds to ask asks them first.
  if (dnsSeeds.length > 0) await sleep(clock, FIXED_DELAY_MS, signal);
  if (book.size > 0) return;
  const addresses = fixedSeeds.map((endpoint) => ({
    ...endpoint,
    services: WANTED_SERVICES,
    time: unixTime(clock) - 7 * DAY - drawBelow(entropy, 7 * DAY),
  }));
  const added = book.add(addresses, namedSource('fixed seeds'));
  log('info', 'net', `${added} fixed addresses, as no other is known`);
}
