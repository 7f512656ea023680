import { describe, expect, it } from 'vitest';
import { paintFor } from '../paint.ts';
import type { LiveStatus } from './live-status.ts';
import { blockWords, rateText, statusLine, statusLines } from './status-text.ts';

const plain = paintFor({ colours: false });
const HASH = `0000${'ab'.repeat(30)}`;

const STATUS: LiveStatus = {
  chain: 'lab',
  height: 1234,
  hashRate: 9_600_000,
  threads: 2,
  hashesPerBlock: 96_000_000,
  peersIn: 1,
  peersOut: 2,
  poolTransactions: 14,
  poolVsize: 3400,
  found: 12,
  rewards: 61_000_000_001n,
  reorganisations: 0,
  recent: [
    { height: 1234, hash: HASH, transactions: 3, age: 4, isOwn: true },
    { height: 1233, hash: HASH, transactions: 1, age: 75, isOwn: false },
  ],
};

describe('what a mining node is at', () => {
  it('is a few lines for people, with the last blocks below', () => {
    expect(statusLines(STATUS, plain)).toEqual([
      '  height     1,234  the last block 4 s ago',
      '  hash rate  9.6 MH/s  2 threads; alone, a block every 10 s',
      '  peers      3  2 out, 1 in',
      '  mempool    14 transactions  3,400 vbytes',
      '  found      12 blocks  worth 610.00000001 coins',
      '',
      `    1,234 ■ ${HASH.slice(0, 20)}…  4 s ago      ▪▪▪`,
      `    1,233 ■ ${HASH.slice(0, 20)}…  1 min 15 s ago ▪`,
      '          ■ found here  ■ found before, or by others  ▪ a transaction',
    ]);
  });

  it('says nothing of what is not known yet, and tells of reorganisations once there are some', () => {
    const young = { ...STATUS, hashRate: 0, found: 0, rewards: 0n, reorganisations: 1 };
    const lines = statusLines(young, plain);
    expect(lines[1]).toBe('  hash rate  measuring');
    expect(lines[4]).toBe('  found      0 blocks  1 reorganisation seen');
  });

  it('is one line for a log', () => {
    expect(statusLine(STATUS)).toBe(
      'height 1,234, 9.6 MH/s, 3 peers, 14 transactions waiting, 12 blocks found',
    );
  });

  it('tells of a block in one line', () => {
    const [, before] = STATUS.recent;
    expect(before && blockWords(before)).toBe(`block 1,233, 1 transaction, ${HASH}`);
  });
});

describe('a hash rate', () => {
  it.each([
    [0, '0 H/s'],
    [999, '999 H/s'],
    [1_500, '1.5 kH/s'],
    [9_640_000, '9.6 MH/s'],
    [150_000_000, '150 MH/s'],
    [2e18, '2000000 TH/s'],
  ])('of %d is told as %s', (rate, text) => {
    expect(rateText(rate)).toBe(text);
  });
});
