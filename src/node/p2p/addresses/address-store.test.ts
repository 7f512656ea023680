import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../../outside/disk/memory-disk.ts';
import { readFile, writeFile } from '../../../outside/disk/whole-file.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { AddressBook } from './address-book.ts';
import { decodeAddressBook, encodeAddressBook } from './address-file.ts';
import { publicRules } from './address-rules.ts';
import {
  keepSaved,
  loadAddressBook,
  loadIdentity,
  saveAddressBook,
  saveAnchors,
  takeAnchors,
} from './address-store.ts';
import { parseAddress } from './address-text.ts';
import type { NetEndpoint } from './net-address.ts';

const START = 1_700_000_000;
const ONION = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';

function at(text: string, port = 8333): NetEndpoint {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return { ...address, port };
}

async function makeFolder() {
  const disk = new MemoryDisk();
  await disk.makeFolder('/data');
  const lines: string[] = [];
  const folder = {
    disk,
    folder: '/data',
    log: (_: string, __: string, words: string) => void lines.push(words),
  };
  const parts = {
    clock: new VirtualClock(START * 1000),
    entropy: new SeededEntropy('store'),
    rules: publicRules,
  };
  return { disk, lines, folder, parts };
}

function filledBook(parts: ConstructorParameters<typeof AddressBook>[0]): AddressBook {
  const book = new AddressBook(parts);
  for (let i = 0; i < 800; i++) {
    const known = at(`${1 + (i % 120)}.${i >> 4}.1.1`, 8000 + i);
    book.add([{ ...known, time: START - i, services: BigInt(i) }], at(`${1 + (i % 50)}.3.1.1`));
    if (i % 3 === 0) book.good(known);
  }
  book.add([{ ...at(ONION), time: START, services: 1n }], at('1.3.1.1'));
  book.add([{ ...at('2001:4860::1'), time: START, services: 1n }], at('1.3.1.1'));
  return book;
}

describe('peers.dat', () => {
  it('brings back every address, with its tables and buckets, under the same key', async () => {
    const { folder, parts, disk } = await makeFolder();
    const book = filledBook(parts);
    await saveAddressBook(folder, book);
    expect((await disk.stat('/data/peers.dat'))?.permissions).toBe(0o600);
    const again = await loadAddressBook(folder, { ...parts, entropy: new SeededEntropy('other') });
    const entries = (from: AddressBook): readonly unknown[] =>
      from
        .entries()
        .map(({ key, time, services, source, lastSuccess, attempts, isTried, places }) => {
          const sorted = [...places].sort((a, b) => a - b);
          return { key, time, services, source, lastSuccess, attempts, isTried, places: sorted };
        })
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(book.counts().tried).toBeGreaterThan(150);
    expect(entries(again)).toEqual(entries(book));
    expect(again.counts()).toEqual(book.counts());
    expect(again.key).toEqual(book.key);
  });

  it('is saved every quarter of an hour, and a disk that fails is told of once', async () => {
    const { folder, parts, disk, lines } = await makeFolder();
    const book = filledBook(parts);
    const stop = keepSaved(folder, book, parts.clock);
    await parts.clock.advance(899_999);
    expect(await disk.stat('/data/peers.dat')).toBeUndefined();
    await parts.clock.advance(1);
    expect((await loadAddressBook(folder, parts)).size).toBe(book.size);
    await disk.removeFolder('/data');
    await parts.clock.advance(3 * 900_000);
    expect(lines).toHaveLength(1);
    stop();
    expect(parts.clock.pending).toBe(0);
  });

  it('is put aside when it is damaged, with one message, and the node starts afresh', async () => {
    const { folder, parts, disk, lines } = await makeFolder();
    const book = filledBook(parts);
    await saveAddressBook(folder, book);
    const bytes = await readFile(disk, '/data/peers.dat');
    for (const position of [0, 20, 5000, bytes.length - 1]) {
      const damaged = bytes.slice();
      damaged[position] = (damaged[position] as number) ^ 1;
      await writeFile(disk, '/data/peers.dat', damaged);
      expect((await loadAddressBook(folder, parts)).size).toBe(0);
      expect(lines.splice(0)).toHaveLength(1);
      expect(await readFile(disk, '/data/peers.dat.bak')).toEqual(damaged);
      expect(await disk.stat('/data/peers.dat')).toBeUndefined();
    }
    for (const length of [0, 10, 40, 500]) {
      expect(() => decodeAddressBook(bytes.subarray(0, length), parts)).toThrow(/checksum|begin/);
    }
    expect(decodeAddressBook(encodeAddressBook(book), parts).size).toBe(book.size);
  });
});

describe('anchors.dat', () => {
  it('is read once, and holds two at most', async () => {
    const { folder, disk } = await makeFolder();
    expect(await takeAnchors(folder)).toEqual([]);
    await saveAnchors(folder, [at('1.2.3.4'), at(ONION), at('5.6.7.8')]);
    expect(await takeAnchors(folder)).toEqual([at('1.2.3.4'), at(ONION)]);
    expect(await disk.stat('/data/anchors.dat')).toBeUndefined();
    expect(await takeAnchors(folder)).toEqual([]);
  });

  it('is removed when it is damaged', async () => {
    const { folder, disk, lines } = await makeFolder();
    await writeFile(disk, '/data/anchors.dat', Uint8Array.of(1, 2, 3));
    expect(await takeAnchors(folder)).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(await disk.stat('/data/anchors.dat')).toBeUndefined();
  });
});

describe('the identity of a node', () => {
  it('is drawn once, and drawn again only when it was lost', async () => {
    const { folder, disk, parts } = await makeFolder();
    const identity = await loadIdentity(folder, parts.entropy);
    expect(identity).toMatch(/^[0-9a-f]{16}$/);
    expect(await loadIdentity(folder, parts.entropy)).toBe(identity);
    await writeFile(disk, '/data/node-id', new TextEncoder().encode('nonsense'));
    expect(await loadIdentity(folder, parts.entropy)).not.toBe(identity);
  });
});
