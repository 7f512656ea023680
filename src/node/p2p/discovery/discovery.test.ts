import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { endpointText } from '../../../outside/network/endpoint.ts';
import { NetworkError } from '../../../outside/network/network-error.ts';
import { VirtualNetwork } from '../../../outside/network/virtual-network.ts';
import { noLog } from '../../log/log.ts';
import { type Discovery, type DiscoveryParts, MULTICAST_DNS, startDiscovery } from './discovery.ts';
import { decodeDnsMessage, encodeDnsMessage } from './dns-message.ts';
import { dnsName } from './dns-name.ts';
import { presentation } from './room-service.ts';

const CHAIN = { name: 'lab', genesis: '00'.repeat(32), dnsSeeds: [] };
const HOUR = 3_600_000;

function makeRoom(seed = 'room', loss = 0) {
  const clock = new VirtualClock();
  const entropy = new SeededEntropy(seed);
  const network = new VirtualNetwork({ clock, entropy, link: { latencyMs: 2, loss } });
  const heard: { readonly at: number; readonly from: string; readonly text: string }[] = [];
  const listen = () =>
    network.host('10.0.0.250').joinGroup(MULTICAST_DNS, (bytes, from) => {
      const message = decodeDnsMessage(bytes);
      const ttls = message?.answers.map(({ ttl }) => ttl).join() ?? '';
      const text = message?.isResponse === true ? `tells ${ttls}` : `asks ${ttls}`;
      heard.push({ at: clock.monotonic(), from: from.host, text });
    });
  const start = async (last: number, options: Partial<DiscoveryParts> | 'wallet' = {}) => {
    const found: string[] = [];
    const host = network.host(`10.0.0.${last}`);
    const identity = last.toString(16).padStart(16, '0');
    const discovery = await startDiscovery({
      ...{ clock, network: host, log: noLog, chain: CHAIN, entropy: entropy.fork(identity) },
      found: ({ endpoint, height }) => void found.push(`${endpointText(endpoint)} ${height}`),
      ...(options !== 'wallet' && {
        self: { identity, port: 21333, height: () => last },
        ...options,
      }),
    });
    return { discovery: discovery as Discovery, found, host };
  };
  return { clock, network, heard, listen, start };
}

describe('nodes in one room', () => {
  it('find each other within three seconds, without any configuration', async () => {
    const { clock, start } = makeRoom();
    const nodes = [];
    for (let last = 1; last <= 8; last++) nodes.push(await start(last));
    await clock.advance(3000);
    for (const [i, { found }] of nodes.entries()) {
      const others = [1, 2, 3, 4, 5, 6, 7, 8].filter((last) => last !== i + 1);
      expect([...found].sort()).toEqual(others.map((last) => `10.0.0.${last}:21333 ${last}`));
    }
  });

  it('find who comes later, and are found by him', async () => {
    const { clock, start } = makeRoom();
    const early = await start(1);
    await clock.advance(10 * HOUR);
    const late = await start(2);
    await clock.advance(1000);
    expect(early.found).toEqual(['10.0.0.2:21333 2']);
    expect(late.found).toEqual(['10.0.0.1:21333 1']);
  });

  it('find each other although every third message is lost', async () => {
    const { clock, start } = makeRoom('lossy', 0.33);
    const [a, b] = [await start(1), await start(2)];
    await clock.advance(20_000);
    expect(a.found).toContain('10.0.0.2:21333 2');
    expect(b.found).toContain('10.0.0.1:21333 1');
  });

  it('of another chain, or of one with the same name, are strangers', async () => {
    const { clock, start } = makeRoom();
    const node = await start(1);
    await start(2, { chain: { ...CHAIN, name: 'regtest' } });
    await start(3, { chain: { ...CHAIN, genesis: '11'.repeat(32) } });
    await clock.advance(HOUR);
    expect(node.found).toEqual([]);
    expect(node.discovery.size).toBe(0);
  });

  it('on a public chain say nothing', async () => {
    const { clock, start, heard, listen } = makeRoom();
    await listen();
    const { discovery } = await start(1, { chain: { ...CHAIN, dnsSeeds: ['seed.'] } });
    await clock.advance(HOUR);
    expect(discovery).toBeUndefined();
    expect(heard).toEqual([]);
  });

  it('start without it where the machine has no such network, with a word', async () => {
    const { start, network } = makeRoom();
    const host = Object.create(network.host('10.0.0.1'), {
      joinGroup: { value: () => Promise.reject(new NetworkError('in-use', 'join the group')) },
    }) as DiscoveryParts['network'];
    const lines: string[] = [];
    const log: DiscoveryParts['log'] = (level, _, words) => void lines.push(`${level} ${words}`);
    expect((await start(1, { network: host, log })).discovery).toBeUndefined();
    expect(lines).toEqual([expect.stringMatching(/^warn .*cannot join the group/)]);
  });

  it('are found by a wallet, which nobody finds', async () => {
    const { clock, start } = makeRoom();
    const node = await start(1);
    await clock.advance(HOUR);
    const wallet = await start(2, 'wallet');
    await clock.advance(2000);
    expect(wallet.found).toEqual(['10.0.0.1:21333 1']);
    expect(node.found).toEqual([]);
  });

  it('choose other names when they have the same one, as copies of one folder do', async () => {
    const { clock, start } = makeRoom();
    const self = { identity: 'aa'.repeat(8), port: 21333, height: () => 0 };
    const [a, b] = [await start(1, { self }), await start(2, { self })];
    await clock.advance(5000);
    expect(a.found).toContain('10.0.0.2:21333 0');
    expect(b.found).toContain('10.0.0.1:21333 0');
  });

  it('tell of each other again, at most once a minute, and forget who says goodbye', async () => {
    const { clock, start } = makeRoom();
    const [a, b] = [await start(1), await start(2)];
    await clock.advance(5000);
    expect(a.found).toHaveLength(1);
    for (let i = 0; i < 10; i++) {
      const visitor = await start(3, {
        self: { identity: `${i}`.repeat(16), port: 9, height: () => 0 },
      });
      await clock.advance(5000);
      await visitor.discovery.stop();
    }
    expect(a.found.filter((text) => text.startsWith('10.0.0.2')).length).toBeLessThanOrEqual(2);
    await b.discovery.stop();
    await clock.advance(100);
    expect(a.discovery.size).toBe(0);
  });
});

describe('the talk in a room', () => {
  it('is two announcements, and queries at twice the distance up to an hour', async () => {
    const { clock, start, heard, listen } = makeRoom();
    await listen();
    await start(1);
    await clock.advance(10 * HOUR);
    const told = heard.filter(({ text }) => text.startsWith('tells'));
    expect(told).toHaveLength(2);
    expect(((told[1]?.at ?? 0) - (told[0]?.at ?? 0)) / 1000).toBeCloseTo(1, 1);
    const asked = heard.filter(({ text }) => text.startsWith('asks')).map(({ at }) => at);
    const gaps = asked.slice(1).map((at, i) => Math.round((at - (asked[i] as number)) / 1000));
    expect(gaps.slice(0, 13)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]);
  });

  it('is not repeated to those who say that they know, unless they will soon have forgotten', async () => {
    const { clock, start, heard, listen } = makeRoom();
    await listen();
    await start(1);
    await start(2, 'wallet');
    await clock.advance(60_000);
    heard.splice(0);
    // Between 64 seconds and half of 75 minutes it is known.
    await clock.advance(2000 * 1000);
    expect(heard.filter(({ text }) => text.startsWith('tells'))).toEqual([]);
    expect(heard.some(({ from, text }) => from === '10.0.0.2' && /^asks \d+/.test(text))).toBe(
      true,
    );
    await clock.advance(3000 * 1000);
    expect(heard.filter(({ text }) => text.startsWith('tells')).length).toBeGreaterThan(0);
  });

  it('has at most one answer a second, however many ask', async () => {
    const { clock, start, heard, listen, network } = makeRoom();
    const group = await listen();
    await start(1);
    await clock.advance(10_000);
    heard.splice(0);
    const asker = await network.host('10.0.0.99').joinGroup(MULTICAST_DNS, () => {});
    const questions = [{ name: dnsName('_blockyard._tcp.local'), type: 12 }];
    const query = encodeDnsMessage({ isResponse: false, questions, answers: [], additionals: [] });
    for (let i = 0; i < 1000; i++) {
      asker.send(query);
      await clock.advance(10);
    }
    await clock.advance(2000);
    const told = heard.filter(({ text }) => text.startsWith('tells'));
    expect(told.length).toBeGreaterThan(5);
    expect(told.length).toBeLessThanOrEqual(11);
    await group.close();
  });

  it('answers the questions of other tools: which services, where, and which host', async () => {
    const { clock, start, network } = makeRoom();
    await start(1);
    await clock.advance(10_000);
    const answers: string[] = [];
    const asker = await network.host('10.0.0.99').joinGroup(MULTICAST_DNS, (bytes, from) => {
      const isQuery = from.host === '10.0.0.99' || decodeDnsMessage(bytes)?.isResponse === false;
      if (isQuery) return;
      for (const { data } of decodeDnsMessage(bytes)?.answers ?? []) answers.push(data.type);
    });
    const ask = async (name: string, type: number): Promise<readonly string[]> => {
      const questions = [{ name: dnsName(name), type }];
      asker.send(encodeDnsMessage({ isResponse: false, questions, answers: [], additionals: [] }));
      await clock.advance(2000);
      return answers.splice(0);
    };
    const instance = '0000000000000001-21333';
    expect(await ask('_services._dns-sd._udp.local', 12)).toEqual(['PTR']);
    expect(await ask(`${instance}._blockyard._tcp.local`, 33)).toEqual(['SRV']);
    expect(await ask(`${instance}._BLOCKYARD._tcp.local`, 255)).toEqual(['SRV', 'TXT']);
    expect(await ask(`blockyard-${instance}.local`, 1)).toEqual(['A']);
    expect(await ask('_other._tcp.local', 12)).toEqual([]);
  });

  it('ends with a goodbye, and leaves nothing behind', async () => {
    const { clock, start, heard, listen } = makeRoom();
    const group = await listen();
    const { discovery } = await start(1);
    await clock.advance(5000);
    heard.splice(0);
    await discovery.stop();
    await clock.advance(5000);
    expect(heard.map(({ text }) => text)).toEqual(['tells 0']);
    expect(clock.pending).toBe(0);
    await group.close();
  });
});

describe('somebody in the room who makes nodes up', () => {
  it('is not believed beyond 32 nodes, and many such not beyond 256 and one a second', async () => {
    const { clock, start, network } = makeRoom();
    const node = await start(1);
    await clock.advance(5000);
    const lie = async (host: string, count: number): Promise<void> => {
      const liar = await network.host(host).joinGroup(MULTICAST_DNS, () => {});
      for (let i = 0; i < count; i++) {
        const instance = `made-up-${host}-${i}`;
        const made = { instance, chain: CHAIN, port: 1000 + i, height: 0, addresses: [] };
        liar.send(encodeDnsMessage(presentation(made)));
        await clock.advance(50);
      }
      await liar.close();
    };
    await lie('10.0.0.66', 500);
    expect(node.discovery.size).toBe(32);
    const other = await start(2);
    await clock.advance(5000);
    expect(node.found).toContain('10.0.0.2:21333 2');
    const begun = { found: node.found.length, at: clock.monotonic() };
    for (let i = 0; i < 40; i++) await lie(`10.0.1.${i}`, 40);
    expect(node.discovery.size).toBe(256);
    const seconds = (clock.monotonic() - begun.at) / 1000;
    expect(node.found.length - begun.found).toBeLessThanOrEqual(64 + seconds);
    expect(other.found).toContain('10.0.0.1:21333 1');
  });

  it('and anything else that is said does no harm', async () => {
    const { clock, start, network } = makeRoom();
    const node = await start(1);
    const noise = await network.host('10.0.0.66').joinGroup(MULTICAST_DNS, () => {});
    const entropy = new SeededEntropy('noise');
    for (let i = 0; i < 500; i++) {
      noise.send(entropy.bytes(i));
      await clock.advance(100);
    }
    await start(2);
    await clock.advance(3000);
    expect(node.found).toEqual(['10.0.0.2:21333 2']);
  });
});
