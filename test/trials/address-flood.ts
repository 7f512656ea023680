/**
 * A stranger who owns one network tells a node 100,000 addresses, which he makes up so that they look as
 * if they were everywhere. He must not fill the node's table with them, nor drive out those it knows.
 */

import { AddressBook, bucketsOf } from '../../src/node/p2p/addresses/address-book.ts';
import { publicRules } from '../../src/node/p2p/addresses/address-rules.ts';
import { unixTime } from '../../src/outside/clock/clock.ts';
import { VirtualClock } from '../../src/outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import type { PeerAddress } from '../../src/protocol/wire/peer-address.ts';
import type { Trial } from './trial.ts';

const ATTACKER_ADDRESSES = 100_000;
const HONEST_ADDRESSES = 5000;
const NEW_BUCKETS = 1024;
const MOST_BUCKETS = 64;
/** As many addresses as a message has. */
const AT_ONCE = 1000;
const DRAWS = 10_000;
/** Twice the part that 64 of 1,024 buckets are. */
const MOST_DRAWN = (2 * MOST_BUCKETS) / NEW_BUCKETS;
const LEAST_KEPT = 0.95;

export const addressFloodTrial: Trial = {
  name: 'address-flood',
  shows: '100,000 addresses from one group fill at most 64 of 1,024 new buckets',
  times: { long: 5, short: 1 },
  async run({ seed, times, say }) {
    const rows: Row[] = [];
    const failures: string[] = [];
    for (let i = 0; i < times; i++) {
      const row = flood(new SeededEntropy(`${seed} ${i}`));
      rows.push(row);
      say(JSON.stringify(row));
      const [filled, kept, drawn] = [
        row['buckets filled'],
        row['honest kept'],
        row['drawn from it'],
      ];
      if (filled > MOST_BUCKETS) failures.push(`its addresses are in ${filled} buckets`);
      if (kept < LEAST_KEPT) failures.push(`only ${kept} of the honest addresses are left`);
      if (drawn > MOST_DRAWN) failures.push(`${drawn} of all choices are its addresses`);
    }
    return { figures: { flood: rows }, failures };
  },
};

interface Row extends Readonly<Record<string, number>> {
  readonly 'buckets filled': number;
  readonly 'of buckets': number;
  readonly 'places taken': number;
  readonly 'honest kept': number;
  readonly 'drawn from it': number;
  readonly 'buckets, one group told by 250': number;
  readonly seconds: number;
}

function flood(entropy: SeededEntropy): Row {
  const clock = new VirtualClock(1_700_000_000_000);
  const book = new AddressBook({ clock, entropy, rules: publicRules });
  const make = (...address: readonly number[]): PeerAddress => {
    const [services, time, port] = [9n, unixTime(clock), 8333];
    return { network: 1, address: Uint8Array.from(address), port, services, time };
  };
  const byte = (): number => entropy.u32() & 255;
  // Honest ones are told by many, and have an odd last byte; the attacker's have an even one.
  for (let i = 0; i < HONEST_ADDRESSES; i++) {
    book.add([make(11 + (i % 100), byte(), byte(), byte() | 1)], make(11 + (i % 97), byte(), 1, 1));
  }
  const isHonest = ({ address }: { readonly address: Uint8Array }): boolean =>
    ((address[3] as number) & 1) === 1;
  const honest = book.size;
  const start = performance.now();
  for (let i = 0; i < ATTACKER_ADDRESSES; i += AT_ONCE) {
    const told = Array.from({ length: AT_ONCE }, () =>
      make(11 + (byte() % 100), byte(), byte(), byte() & 254),
    );
    book.add(told, make(66, 66, byte(), byte()));
  }
  const seconds = (performance.now() - start) / 1000;
  const made = book.entries().filter((entry) => !isHonest(entry));
  const draws = Array.from({ length: DRAWS }, () => book.select()).filter(
    (entry) => entry !== undefined && !isHonest(entry),
  ).length;
  return {
    'buckets filled': new Set(made.flatMap(bucketsOf)).size,
    'of buckets': NEW_BUCKETS,
    'places taken': made.length,
    'honest kept': rounded((book.size - made.length) / honest),
    'drawn from it': rounded(draws / DRAWS),
    'buckets, one group told by 250': oneGroup(entropy.fork('one group'), make),
    seconds: rounded(seconds),
  };
}

/** The other way: addresses that he really has, all of one group, told from many networks. */
function oneGroup(entropy: SeededEntropy, make: (...address: number[]) => PeerAddress): number {
  const clock = new VirtualClock(1_700_000_000_000);
  const book = new AddressBook({ clock, entropy, rules: publicRules });
  for (let i = 0; i < ATTACKER_ADDRESSES / 10; i++) {
    book.add([make(66, 66, (i >> 8) & 255, i & 255)], make(1 + (i % 250), 7, 7, 7));
  }
  return book.bucketsUsed.new;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
