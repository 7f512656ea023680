import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { sha256d } from '../../../protocol/crypto/hash.ts';
import { AddressBook } from './address-book.ts';
import { chance, isTerrible, type KnownAddress } from './address-entry.ts';
import { publicRules } from './address-rules.ts';
import { parseAddress } from './address-text.ts';
import { BucketHash } from './bucket-hash.ts';
import type { NetAddress, NetEndpoint } from './net-address.ts';

const START = 1_700_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;

function ip(text: string): NetAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function told(text: string, options: { port?: number; time?: number; services?: bigint } = {}) {
  return { ...ip(text), port: 8333, time: START, services: 1n, ...options };
}

function makeBook(seed = 'book') {
  const clock = new VirtualClock(START * 1000);
  const book = new AddressBook({ clock, entropy: new SeededEntropy(seed), rules: publicRules });
  return { clock, book };
}

/** An address that stands in the same place of the tried table as another one. */
function rivalOf(book: AddressBook, endpoint: NetEndpoint): string {
  const hash = new BucketHash(book.key, publicRules);
  // Of the same group, so that it has only 8 buckets to be in.
  for (let i = 1000; ; i++) {
    const text = `250.1.${i >> 8}.${i & 255}`;
    if (hash.triedPlace({ ...ip(text), port: 8333 }) === hash.triedPlace(endpoint)) return text;
  }
}

describe('the places of addresses', () => {
  const key = (number: number): Uint8Array => sha256d(Uint8Array.of(number, 0, 0, 0));
  const [first, second] = [
    new BucketHash(key(1), publicRules),
    new BucketHash(key(2), publicRules),
  ];
  const at = told('250.1.1.1');

  it('are the ones that the tests of Core have, and others under another key', () => {
    expect(first.triedBucket(at)).toBe(40);
    expect(first.newBucket(at, at)).toBe(786);
    expect(second.triedBucket(at)).not.toBe(40);
    expect(second.newBucket(at, at)).not.toBe(786);
  });

  it('of one group are in 8 tried buckets, and of one source group in 64 new ones', () => {
    const tried = new Set<number>();
    const fresh = new Set<number>();
    const group = new Set<number>();
    for (let i = 0; i < 5000; i++) {
      tried.add(first.triedBucket(told(`250.1.${i >> 8}.${i & 255}`)));
      fresh.add(first.newBucket(ip(`${1 + (i % 100)}.${i >> 8}.1.1`), ip('250.4.1.1')));
      group.add(first.newBucket(ip(`250.1.${i >> 8}.${i & 255}`), ip('250.4.1.1')));
    }
    expect(tried.size).toBe(8);
    expect(fresh.size).toBeLessThanOrEqual(64);
    expect(fresh.size).toBeGreaterThan(56);
    expect(group.size).toBe(1);
  });
});

describe('an attacker', () => {
  /** 100,000 addresses of a hundred networks, as told by one who has a network of his own. */
  it('with 100,000 addresses from one group fills at most 64 of 1,024 new buckets', () => {
    const { book } = makeBook();
    const addresses = Array.from({ length: 100_000 }, (_, i) =>
      told(`${30 + (i % 100)}.${(i >> 8) & 255}.${i & 255}.${(i >> 16) + 1}`),
    );
    const start = performance.now();
    for (let i = 0; i < 100_000; i += 1000) {
      book.add(addresses.slice(i, i + 1000), ip(`66.66.${(i / 1000) & 255}.1`));
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(2);
    const { new: used } = book.bucketsUsed;
    console.log(`100,000 addresses of one group: ${used} of 1024 new buckets, ${seconds} s`);
    expect(used).toBeLessThanOrEqual(64);
    expect(book.counts().new).toBeLessThanOrEqual(64 * 64);
    expect(book.add([told('8.8.8.8')], ip('8.8.8.8'))).toBe(1);
  });

  it('who owns the addresses themselves fills one bucket for each group that tells them', () => {
    const { book } = makeBook();
    for (let i = 0; i < 10_000; i++) {
      book.add([told(`66.66.${i >> 8}.${i & 255}`)], ip(`${1 + (i % 8)}.7.7.7`));
    }
    expect(book.bucketsUsed.new).toBeLessThanOrEqual(8);
  });
});

describe('adding', () => {
  it('takes what can be reached, once, and other ports as other nodes', () => {
    const { book } = makeBook();
    const source = ip('252.2.2.2');
    expect(book.add([told('250.1.1.1'), told('10.0.0.1'), told('127.0.0.1')], source)).toBe(1);
    expect(book.add([told('250.1.1.1')], source)).toBe(0);
    book.add([told('250.1.1.1', { port: 8334 })], source);
    expect(book.size).toBe(2);
  });

  it('takes the penalty off the time of hearsay, and not of what somebody says of himself', () => {
    const { book } = makeBook();
    book.add([told('250.1.1.1')], ip('252.2.2.2'), 2 * HOUR);
    book.add([told('251.1.1.1')], ip('251.1.1.1'), 2 * HOUR);
    expect(book.get(told('250.1.1.1'))?.time).toBe(START - 2 * HOUR);
    expect(book.get(told('251.1.1.1'))?.time).toBe(START);
  });

  it('adds services up, and moves the time on only when it is an hour newer', () => {
    const { book } = makeBook();
    const source = ip('252.2.2.2');
    book.add([told('250.1.1.1')], source);
    book.add([told('250.1.1.1', { services: 8n, time: START + HOUR })], source);
    expect(book.get(told('250.1.1.1'))).toMatchObject({ services: 9n, time: START });
    book.add([told('250.1.1.1', { time: START + HOUR + 1 })], source);
    expect(book.get(told('250.1.1.1'))?.time).toBe(START + HOUR + 1);
  });

  it('gives an address that many sources tell up to 8 places, each harder to get', () => {
    const { book } = makeBook();
    book.add([told('250.1.1.1')], ip('252.2.2.2'));
    const placesAfter = (times: number): number => {
      for (let i = 0; i < times; i++) {
        // Always newer by less than is noted, so that it is news every time.
        book.add([told('250.1.1.1', { time: START + 60 })], ip(`${1 + (i % 250)}.${i >> 8}.1.1`));
      }
      return book.entries()[0]?.places.length ?? 0;
    };
    expect(placesAfter(30)).toBeGreaterThan(1);
    expect(placesAfter(20)).toBeLessThanOrEqual(7);
    expect(placesAfter(5000)).toBe(8);
    expect(book.size).toBe(1);
  });

  it('keeps who is in a place, but for terrible ones', () => {
    const { book, clock } = makeBook();
    // One group from one source has one bucket: 64 places.
    const add = (third: number): void => {
      for (let i = 0; i < 256; i++) {
        const time = Math.floor(clock.now() / 1000);
        book.add([told(`250.1.${third}.${i}`, { time })], ip('252.2.2.2'));
      }
    };
    for (let third = 0; third < 8; third++) add(third);
    expect(book.size).toBe(64);
    const before = new Set(book.entries().map(({ key }) => key));
    add(9);
    expect(book.entries().filter(({ key }) => !before.has(key))).toEqual([]);
    return clock.advance(31 * DAY * 1000).then(() => {
      for (let third = 0; third < 8; third++) add(100 + third);
      expect(book.entries().filter(({ key }) => before.has(key))).toEqual([]);
      expect(book.size).toBe(64);
    });
  });
});

describe('what was tried', () => {
  it('moves to the tried table when it answers, and leaves all its places of the new one', () => {
    const { book } = makeBook();
    book.add([told('250.1.1.1')], ip('252.2.2.2'));
    expect(book.counts()).toEqual({ new: 1, tried: 0 });
    expect(book.good(told('250.1.1.1'))).toBe(true);
    expect(book.counts()).toEqual({ new: 0, tried: 1 });
    expect(book.bucketsUsed).toEqual({ new: 0, tried: 1 });
    expect(book.select({ newOnly: true })).toBeUndefined();
    expect(book.select()?.isTried).toBe(true);
    expect(book.good(told('1.1.1.1'))).toBe(false);
  });

  it('counts one failure only since anything was last reached', async () => {
    const { book, clock } = makeBook();
    const [bad, fine] = [told('250.1.1.1'), told('251.1.1.1')];
    book.add([bad, fine], ip('252.2.2.2'));
    for (let i = 0; i < 5; i++) book.attempt(bad, true);
    expect(book.get(bad)?.attempts).toBe(1);
    await clock.advance(1000);
    book.good(fine);
    await clock.advance(1000);
    book.attempt(bad, false);
    expect(book.get(bad)?.attempts).toBe(1);
    book.attempt(bad, true);
    expect(book.get(bad)?.attempts).toBe(2);
  });

  it('is seen anew when a connection ends, 20 minutes after the last time', async () => {
    const { book, clock } = makeBook();
    book.add([told('250.1.1.1')], ip('252.2.2.2'));
    await clock.advance(20 * 60_000);
    book.connected(told('250.1.1.1'));
    expect(book.get(told('250.1.1.1'))?.time).toBe(START);
    await clock.advance(1000);
    book.connected(told('250.1.1.1'));
    expect(book.get(told('250.1.1.1'))?.time).toBe(START + 1201);
  });

  describe('is not replaced by a newer address before it was tested:', () => {
    async function collision() {
      const { book, clock } = makeBook();
      const old = told('250.1.1.1');
      book.add([old], ip('252.2.2.2'));
      book.good(old);
      const rival = told(rivalOf(book, old));
      book.add([rival], ip('252.2.2.2'));
      await clock.advance(5 * HOUR * 1000);
      expect(book.good(rival)).toBe(false);
      expect(book.selectCollision()?.address).toEqual(old.address);
      return { book, clock, old, rival };
    }

    it('it stays when it answers', async () => {
      const { book, old, rival } = await collision();
      book.attempt(old, true);
      book.good(old);
      book.resolveCollisions();
      expect(book.selectCollision()).toBeUndefined();
      expect(book.get(old)?.isTried).toBe(true);
      expect(book.get(rival)?.isTried).toBe(false);
    });

    it('it goes back to the new table when it did not, after a minute', async () => {
      const { book, clock, old, rival } = await collision();
      book.attempt(old, true);
      book.resolveCollisions();
      expect(book.get(old)?.isTried).toBe(true);
      await clock.advance(61_000);
      book.resolveCollisions();
      expect(book.get(rival)?.isTried).toBe(true);
      expect(book.get(old)?.isTried).toBe(false);
      expect(book.counts()).toEqual({ new: 1, tried: 1 });
    });

    it('it also goes when nobody found the time for 40 minutes', async () => {
      const { book, clock, rival } = await collision();
      await clock.advance(40 * 60_000);
      book.resolveCollisions();
      expect(book.get(rival)?.isTried).toBe(false);
      await clock.advance(1000);
      book.resolveCollisions();
      expect(book.get(rival)?.isTried).toBe(true);
    });
  });
});

describe('an address', () => {
  const known: KnownAddress = {
    ...told('250.1.1.1'),
    source: ip('252.2.2.2'),
    lastTry: 0,
    lastSuccess: 0,
    attempts: 0,
    isTried: false,
  };

  it('is terrible after 30 days, 3 tries without success, 10 failures in a week, or from the future', () => {
    expect(isTerrible(known, START)).toBe(false);
    expect(isTerrible(known, START + 30 * DAY)).toBe(false);
    expect(isTerrible(known, START + 30 * DAY + 1)).toBe(true);
    expect(isTerrible({ ...known, time: START + 600 }, START)).toBe(false);
    expect(isTerrible({ ...known, time: START + 601 }, START)).toBe(true);
    expect(isTerrible({ ...known, attempts: 2 }, START)).toBe(false);
    expect(isTerrible({ ...known, attempts: 3 }, START)).toBe(true);
    expect(isTerrible({ ...known, attempts: 3, lastTry: START - 60 }, START)).toBe(false);
    const failing = { ...known, attempts: 10, lastSuccess: START - 7 * DAY };
    expect(isTerrible(failing, START)).toBe(false);
    expect(isTerrible({ ...failing, lastSuccess: START - 7 * DAY - 1 }, START)).toBe(true);
  });

  it('is less likely taken just after a try, and by a third less for each failure up to 8', () => {
    expect(chance(known, START)).toBe(1);
    expect(chance({ ...known, lastTry: START - 599 }, START)).toBe(0.01);
    expect(chance({ ...known, lastTry: START - 600 }, START)).toBe(1);
    expect(chance({ ...known, attempts: 2 }, START)).toBeCloseTo(0.4356);
    expect(chance({ ...known, attempts: 50 }, START)).toBeCloseTo(0.66 ** 8);
  });
});

describe('what is told to others', () => {
  it('is 23 of a hundred, up to a limit, and nothing terrible', () => {
    const { book } = makeBook();
    for (let i = 0; i < 1000; i++) {
      book.add([told(`${1 + (i % 200)}.${i >> 2}.1.1`)], ip(`${1 + (i % 250)}.9.9.9`));
    }
    const { size } = book;
    expect(book.sample({ most: 1000, percent: 23 })).toHaveLength(Math.floor(size * 0.23));
    expect(book.sample({ most: 100, percent: 23 })).toHaveLength(100);
    const all = book.sample({ most: 5000, percent: 100 });
    expect(new Set(all).size).toBe(size);
    expect(book.sample({ most: 5000, percent: 100, network: 2 })).toEqual([]);
    for (const entry of all.slice(0, 10)) {
      for (let i = 0; i < 3; i++) book.attempt({ ...entry }, true);
    }
    expect(book.sample({ most: 5000, percent: 100 })).toHaveLength(size);
  });
});

describe('choosing', () => {
  it('takes either table as often, and only the network that is wanted', () => {
    const { book } = makeBook();
    for (let i = 0; i < 100; i++) book.add([told(`${10 + i * 2}.11.1.1`)], ip(`${1 + i}.9.9.9`));
    book.add([told('2001:4860::1')], ip('1.2.3.4'));
    book.good(told('20.11.1.1'));
    const drawn = Array.from({ length: 400 }, () => book.select());
    const tried = drawn.filter((entry) => entry?.isTried === true).length;
    // It was tried a moment ago, and still has to win half of all draws.
    expect(tried).toBeGreaterThan(150);
    expect(tried).toBeLessThan(250);
    expect(book.select({ network: 2 })?.network).toBe(2);
    expect(book.select({ network: 4 })).toBeUndefined();
    expect(makeBook().book.select()).toBeUndefined();
  });
});
