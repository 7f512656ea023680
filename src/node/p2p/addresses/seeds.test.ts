import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { VirtualNetwork } from '../../../outside/network/virtual-network.ts';
import { noLog } from '../../log/log.ts';
import { AddressBook } from './address-book.ts';
import { publicRules } from './address-rules.ts';
import { parseAddress } from './address-text.ts';
import { type SeedParts, startSeeds } from './seeds.ts';

const START = 1_700_000_000;
const DAY = 86_400;
const SEEDS = ['a.seed.', 'b.seed.', 'c.seed.', 'd.seed.', 'e.seed.'];

function setUp(options: Partial<SeedParts> = {}) {
  const clock = new VirtualClock(START * 1000);
  const entropy = new SeededEntropy('seeds');
  const virtual = new VirtualNetwork({ clock, entropy });
  for (const [i, seed] of SEEDS.entries())
    virtual.setName(`x9.${seed}`, [`8.${i}.0.1`, `8.${i}.0.2`]);
  const asked: string[] = [];
  const host = virtual.host('10.0.0.1');
  const lookup = (name: string) => {
    asked.push(name);
    return host.lookup(name);
  };
  const network = Object.create(host, { lookup: { value: lookup } }) as SeedParts['network'];
  const book = new AddressBook({ clock, entropy, rules: publicRules });
  const fetched: string[] = [];
  const parts: SeedParts = {
    ...{ clock, entropy, network, book, log: noLog, dnsSeeds: SEEDS, port: 8333 },
    outboundPeers: () => 0,
    fetchFrom: (name) => void fetched.push(name),
    ...options,
  };
  const know = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const address = parseAddress(`${20 + (i % 200)}.${i >> 3}.1.1`) ?? {
        network: 0,
        address: new Uint8Array(),
      };
      book.add([{ ...address, port: 8333, time: START, services: 1n }], address);
    }
  };
  return { clock, book, asked, fetched, parts, know };
}

describe('seeds', () => {
  it('are all asked at once by a node that knows nobody, for nodes with all blocks and witnesses', async () => {
    const { clock, book, asked, parts } = setUp();
    startSeeds(parts);
    await clock.advance(0);
    expect([...asked].sort()).toEqual(SEEDS.map((seed) => `x9.${seed}`));
    expect(book.size).toBe(10);
    for (const { time, port, services } of book.entries()) {
      expect(START - time).toBeGreaterThanOrEqual(3 * DAY);
      expect(START - time).toBeLessThan(7 * DAY);
      expect({ port, services }).toEqual({ port: 8333, services: 9n });
    }
  });

  it('are asked after 11 seconds by a node that knows somebody, three at a time', async () => {
    const lines: string[] = [];
    const { clock, asked, parts, know } = setUp({
      log: (_level, _category, line) => lines.push(line),
    });
    know(5);
    startSeeds(parts);
    await clock.advance(10_999);
    expect(asked).toEqual([]);
    expect(lines).toEqual(['Waiting 11 seconds before querying DNS seeds.']);
    await clock.advance(1);
    expect(asked).toHaveLength(3);
    expect(
      lines.filter((line) => line.startsWith('Loading addresses from DNS seed ')),
    ).toHaveLength(3);
    await clock.advance(11_000);
    expect(asked).toHaveLength(5);
  });

  it('are asked after five minutes by a node that knows a thousand addresses', async () => {
    const { clock, book, asked, parts, know } = setUp();
    know(1600);
    expect(book.size).toBeGreaterThanOrEqual(1000);
    startSeeds(parts);
    await clock.advance(299_999);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toHaveLength(3);
  });

  it('are not asked by a node that has found two peers meanwhile, unless it is told to', async () => {
    const lines: string[] = [];
    const log: SeedParts['log'] = (_level, _category, line) => lines.push(line);
    const lucky = setUp({ outboundPeers: () => 2, log });
    lucky.know(5);
    startSeeds(lucky.parts);
    const forced = setUp({ outboundPeers: () => 2, isForced: true });
    forced.know(5);
    startSeeds(forced.parts);
    await lucky.clock.advance(DAY * 1000);
    await forced.clock.advance(0);
    expect(lucky.asked).toEqual([]);
    expect(lines.at(-1)).toBe('P2P peers available. Skipped DNS seeding.');
    expect(forced.asked).toHaveLength(5);
  });

  it('that do not answer are connected to', async () => {
    const { clock, fetched, parts } = setUp({ dnsSeeds: ['silent.seed.'] });
    startSeeds(parts);
    await clock.advance(0);
    expect(fetched).toEqual(['silent.seed.']);
  });

  it('that are fixed are taken after a minute without any address, and at once where no other is', async () => {
    const fixedSeeds = [{ network: 1, address: Uint8Array.of(8, 8, 8, 8), port: 8333 }];
    const silent = setUp({ dnsSeeds: ['silent.seed.'], fixedSeeds });
    startSeeds(silent.parts);
    await silent.clock.advance(59_999);
    expect(silent.book.size).toBe(0);
    await silent.clock.advance(1);
    expect(silent.book.size).toBe(1);
    const alone = setUp({ dnsSeeds: [], fixedSeeds });
    startSeeds(alone.parts);
    await alone.clock.advance(0);
    expect(alone.book.size).toBe(1);
  });

  it('are left alone once the node stops', async () => {
    const { clock, asked, parts, know } = setUp();
    know(5);
    const stop = startSeeds(parts);
    await clock.advance(1000);
    stop();
    await clock.advance(DAY * 1000);
    expect(asked).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
