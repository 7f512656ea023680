import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabPeer } from '../../../test/fixtures/lab-peer.ts';
import {
  LAB_MAGIC,
  LAB_PORT,
  type LabNode,
  NetworkLab,
} from '../../../test/fixtures/peer-networks.ts';
import { parseAddress } from './addresses/address-text.ts';
import { parseSubnet } from './addresses/subnet.ts';

const NODE = { host: '10.0.0.1', port: LAB_PORT };

let lab: NetworkLab;
beforeEach(() => {
  lab = new NetworkLab();
});
afterEach(() => {
  expect(lab.bugs).toEqual([]);
});

async function hosts(host: string): Promise<LabPeer[]> {
  const peers: LabPeer[] = [];
  await lab.clock.settle(
    LabPeer.listen(lab.host(host), { host: '0.0.0.0', port: LAB_PORT }, LAB_MAGIC, (peer) => {
      peers.push(peer);
    }),
  );
  return peers;
}

function know(node: LabNode, ...addresses: readonly string[]): void {
  const known = addresses.map((text) => {
    const at = parseAddress(text);
    if (at === undefined) throw new Error(text);
    return { ...at, port: LAB_PORT, services: 9n, time: Math.floor(lab.clock.now() / 1000) };
  });
  for (const one of known) node.book.add([one], one);
}

describe('peers by hand', () => {
  it('are tried with growing pauses until they answer, and again when they are gone', async () => {
    const { peers, words } = await lab.node(NODE.host, { addNodes: ['10.0.0.2'] });
    await lab.clock.advance(60_000);
    const tries = (): number => words.filter((line) => line.includes('(manual)')).length;
    expect(tries()).toBeGreaterThan(3);
    expect(tries()).toBeLessThan(8);
    const met = await hosts('10.0.0.2');
    await lab.clock.advance(65_000);
    expect([...peers.all()].map(({ kind }) => kind)).toEqual(['manual']);
    met[0]?.connection.destroy();
    await lab.clock.advance(5000);
    expect(met).toHaveLength(2);
    expect([...peers.all()].map(({ id }) => id)).toEqual([1]);
    expect(peers.addedNodes()).toMatchObject([
      { name: '10.0.0.2', connection: { kind: 'manual' } },
    ]);
  });

  it('can be added and removed at any time, once each', async () => {
    const { peers } = await lab.node(NODE.host);
    const met = await hosts('10.0.0.2');
    expect(peers.addNode('10.0.0.2:18444')).toBe(true);
    expect(peers.addNode('10.0.0.2:18444')).toBe(false);
    expect(peers.addNode('10.0.0.2')).toBe(false);
    await lab.clock.advance(2000);
    expect(met).toHaveLength(1);
    expect(peers.removeNode('10.0.0.2:18444')).toBe(true);
    expect(peers.removeNode('10.0.0.2:18444')).toBe(false);
    met[0]?.connection.destroy();
    await lab.clock.advance(120_000);
    expect(met).toHaveLength(1);
    // What is no host is tried in vain, as Core does it.
    expect(peers.addNode('no host: 1')).toBe(true);
    await lab.clock.advance(5000);
    expect(peers.addedNodes()).toEqual([{ name: 'no host: 1', connection: undefined }]);
    expect(peers.removeNode('no host: 1')).toBe(true);
  });

  it('are eight at most, unless they are all that there is', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `10.5.0.${i + 1}`);
    for (const name of names) await lab.node(name);
    const added = await lab.node(NODE.host, { connect: undefined, addNodes: names });
    const named = await lab.node('10.0.0.9', { connect: names });
    await lab.clock.advance(120_000);
    expect(added.peers.all()).toHaveLength(8);
    expect(named.peers.all()).toHaveLength(10);
  });

  it('are connected to once, if that is what is wanted', async () => {
    const { peers } = await lab.node(NODE.host);
    expect(await lab.clock.settle(peers.connectOnce('10.0.0.2'))).toBe(false);
    const met = await hosts('10.0.0.2');
    expect(await lab.clock.settle(peers.connectOnce('10.0.0.2'))).toBe(true);
    await lab.clock.advance(1000);
    met[0]?.connection.destroy();
    await lab.clock.advance(120_000);
    expect(met).toHaveLength(1);
  });

  it('are the only ones with connect=, whatever addresses are known', async () => {
    await hosts('10.0.0.2');
    const unwanted = await hosts('10.0.0.3');
    const node = await lab.node(NODE.host, { connect: ['10.0.0.2'] });
    know(node, '10.0.0.3');
    node.peers.addressesArrived();
    await lab.clock.advance(600_000);
    expect([...node.peers.all()].map(({ kind }) => kind)).toEqual(['manual']);
    expect(unwanted).toEqual([]);
  });

  it('may have names', async () => {
    lab.network.setName('friend.example', ['10.0.0.2']);
    await hosts('10.0.0.2');
    const { peers } = await lab.node(NODE.host, { addNodes: ['friend.example'] });
    await lab.clock.advance(2000);
    expect(peers.peerInfos()).toMatchObject([{ name: 'friend.example', isReady: true }]);
  });
});

describe('outbound places', () => {
  const many = Array.from({ length: 20 }, (_, i) => `10.3.${i}.1`);

  async function world(options = {}): Promise<LabNode> {
    for (const address of many) await lab.node(address);
    const node = await lab.node(NODE.host, { connect: undefined, ...options });
    know(node, ...many);
    node.peers.addressesArrived();
    return node;
  }

  function kinds(node: LabNode): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of node.peers.all()) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  it('are filled: eight for everything, two for blocks alone, no host twice', async () => {
    const node = await world();
    await lab.clock.advance(30_000);
    expect(kinds(node)).toEqual({ 'outbound-full-relay': 8, 'block-relay-only': 2 });
    const hostsOfPeers = [...node.peers.all()].map(({ remote }) => remote.host);
    expect(new Set(hostsOfPeers).size).toBe(10);
    // And perhaps a feeler.
    expect(node.book.counts().tried).toBeGreaterThanOrEqual(10);
  });

  it('ask for no transactions where they are for blocks alone', async () => {
    const node = await world();
    await lab.clock.advance(30_000);
    for (const { kind, local } of node.peers.all()) {
      const seen = lab.nodes
        .flatMap(({ peers }) => [...peers.all()])
        .find(({ remote }) => remote.port === local.port && remote.host === NODE.host);
      expect(seen?.version.relay).toBe(kind === 'outbound-full-relay');
    }
  });

  it('are filled again when somebody leaves', async () => {
    const node = await world();
    await lab.clock.advance(30_000);
    const [lost] = node.peers.all();
    lost?.disconnect('a test');
    await lab.clock.advance(30_000);
    expect(kinds(node)).toEqual({ 'outbound-full-relay': 8, 'block-relay-only': 2 });
    expect([...node.peers.all()].some(({ id }) => id === lost?.id)).toBe(false);
  });

  it('begin with the anchors of the last run, and name those of the next', async () => {
    const anchors = ['10.3.7.1', '10.3.9.1'].map((text) => ({
      ...(parseAddress(text) ?? { network: 0, address: new Uint8Array() }),
      port: LAB_PORT,
    }));
    const node = await world({ anchors });
    await lab.clock.advance(30_000);
    const forBlocks = [...node.peers.all()].filter(({ kind }) => kind === 'block-relay-only');
    expect(forBlocks.map(({ remote }) => remote.host).sort()).toEqual(['10.3.7.1', '10.3.9.1']);
    expect(node.peers.anchors()).toHaveLength(2);
  });

  it('are not for banned or discouraged addresses, nor for ourselves, nor for who offers too little', async () => {
    await lab.node('10.4.0.1');
    await lab.node('10.4.0.2');
    await lab.node('10.4.0.3', { self: { services: 0n } });
    const node = await lab.node(NODE.host, { connect: undefined });
    node.bans.discourage({ network: 1, address: Uint8Array.of(10, 4, 0, 1) });
    const subnet = parseSubnet('10.4.0.2');
    if (subnet === undefined) throw new Error('no subnet');
    node.bans.ban(subnet);
    know(node, '10.4.0.1', '10.4.0.2', '10.4.0.3', NODE.host);
    node.peers.addressesArrived();
    await lab.clock.advance(60_000);
    expect(node.peers.all()).toEqual([]);
    expect(node.words.some((line) => line.includes('offer the expected services'))).toBe(true);
    expect(node.words.some((line) => line.includes('trying') && line.includes('10.0.0.1'))).toBe(
      false,
    );
  });

  it('are shared among groups of addresses', async () => {
    const oneGroup = Array.from({ length: 6 }, (_, i) => `44.1.${i}.1`);
    for (const address of oneGroup) await lab.node(address);
    await lab.node('44.2.0.1');
    const node = await lab.node(NODE.host, { connect: undefined });
    know(node, ...oneGroup, '44.2.0.1');
    node.peers.addressesArrived();
    await lab.clock.advance(60_000);
    const remotes = [...node.peers.all()].map(({ remote }) => remote.host.slice(0, 4));
    expect(remotes.sort()).toEqual(['44.1', '44.2']);
  });

  it('leave time for feelers: new addresses are tried, and let go when they have answered', async () => {
    const node = await world();
    await lab.clock.advance(1_800_000);
    expect(kinds(node)).toEqual({ 'outbound-full-relay': 8, 'block-relay-only': 2 });
    expect(
      node.words.filter((line) => line.includes('feeler connection completed')).length,
    ).toBeGreaterThan(5);
    expect(node.book.counts().tried).toBeGreaterThan(15);
  });

  it('grow by one while the tip is stale, and somebody has to go again', async () => {
    const node = await world();
    await lab.clock.advance(30_000);
    node.peers.wantExtraPeer(true);
    await lab.clock.advance(5000);
    expect(kinds(node)).toMatchObject({ 'outbound-full-relay': 9 });
    // The oldest ones have brought nothing; the new one has.
    [...node.peers.all()].at(-1)?.noteUseful('block');
    const newest = [...node.peers.all()].at(-1)?.id;
    await lab.clock.advance(100_000);
    expect(kinds(node)).toMatchObject({ 'outbound-full-relay': 8 });
    expect([...node.peers.all()].some(({ id }) => id === newest)).toBe(true);
  });

  it('ask another peer for its blocks now and then, once the node is in step', async () => {
    const node = await world();
    await lab.clock.advance(30_000);
    node.peers.allowExtraBlockPeers();
    const before = Math.max(...[...node.peers.all()].map(({ id }) => id));
    let most = 0;
    for (let i = 0; i < 120; i++) {
      await lab.clock.advance(10_000);
      most = Math.max(most, kinds(node)['block-relay-only'] ?? 0);
    }
    expect(most).toBe(3);
    expect(kinds(node)['block-relay-only']).toBeLessThanOrEqual(3);
    expect(Math.max(...[...node.peers.all()].map(({ id }) => id))).toBeGreaterThanOrEqual(before);
  });

  it('do nothing often while nothing can be done', async () => {
    const node = await lab.node(NODE.host, { connect: undefined });
    await lab.clock.advance(60_000);
    let timers = 0;
    const schedule = lab.clock.schedule.bind(lab.clock);
    lab.clock.schedule = (delay, callback) => {
      timers++;
      return schedule(delay, callback);
    };
    await lab.clock.advance(3_600_000);
    expect(timers).toBeLessThan(200);
    expect(node.peers.all()).toEqual([]);
  });
});

describe('seed nodes', () => {
  it('are asked one after the other while there is nobody to connect to', async () => {
    const met = [await hosts('10.0.0.2'), await hosts('10.0.0.3')];
    const { peers } = await lab.node(NODE.host, {
      connect: undefined,
      seedNodes: ['10.0.0.2', '10.0.0.3'],
    });
    await lab.clock.advance(5000);
    expect(met.map(({ length }) => length).sort()).toEqual([0, 1]);
    expect([...peers.all()].map(({ kind }) => kind)).toEqual(['addr-fetch']);
    await lab.clock.advance(10_000);
    expect(met.map(({ length }) => length)).toEqual([1, 1]);
    await lab.clock.advance(320_000);
    expect(peers.all()).toEqual([]);
  });
});
