import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabPeer } from '../../../test/fixtures/lab-peer.ts';
import { LAB_MAGIC, LAB_PORT, NetworkLab } from '../../../test/fixtures/peer-networks.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { BanList } from './addresses/ban-list.ts';
import { parseSubnet } from './addresses/subnet.ts';
import type { Peer } from './peer/peer.ts';
import { PeerFault } from './peer/peer-fault.ts';
import type { PeerHandler } from './peer/peer-handler.ts';
import { parseWhitelist } from './permissions.ts';

const NODE = { host: '10.0.0.1', port: LAB_PORT };

let lab: NetworkLab;
beforeEach(() => {
  lab = new NetworkLab();
});
afterEach(() => {
  expect(lab.bugs).toEqual([]);
});

async function caller(host = '10.0.0.2', magic = LAB_MAGIC): Promise<LabPeer> {
  return lab.clock.settle(LabPeer.connect(lab.host(host), NODE, magic));
}

/** A scripted peer whose handshake is over. */
async function friend(host = '10.0.0.2'): Promise<LabPeer> {
  const peer = await caller(host);
  peer.greet();
  await lab.clock.advance(1000);
  return peer;
}

async function hosts(host: string): Promise<LabPeer[]> {
  const peers: LabPeer[] = [];
  await lab.clock.settle(
    LabPeer.listen(lab.host(host), { host: '0.0.0.0', port: LAB_PORT }, LAB_MAGIC, (peer) => {
      peers.push(peer);
    }),
  );
  return peers;
}

describe('faults', () => {
  const accuser: PeerHandler = {
    handles: {
      getaddr: () => {
        throw new PeerFault('message', 'oversized-inv', 'inv message size = 50001');
      },
      mempool: () => {
        throw new PeerFault('message', 'stalled-download', 'too slow');
      },
      sendheaders: async () => {
        throw new PeerFault('message', 'undecodable', 'nothing');
      },
    },
  };

  it('cost the connection, and the address its welcome, if they are grave', async () => {
    const { bans } = await lab.node(NODE.host, { handlers: [accuser] });
    const peer = await friend('10.0.0.2');
    const sharesItsAddress = await friend('10.0.0.2');
    const other = await friend('10.0.0.3');
    peer.say({ command: 'getaddr' });
    await lab.clock.advance(1000);
    expect([peer, sharesItsAddress, other].map(({ isClosed }) => isClosed)).toEqual([
      ...[true, true, false],
    ]);
    expect(bans.isDiscouraged({ network: 1, address: Uint8Array.of(10, 0, 0, 2) })).toBe(true);
    // As long as there is room, it may come back.
    expect((await friend('10.0.0.2')).isClosed).toBe(false);
  });

  it('cost the connection alone, or nothing, if they are not', async () => {
    const { bans, words } = await lab.node(NODE.host, { handlers: [accuser] });
    const peer = await friend();
    peer.say({ command: 'sendheaders' });
    expect(await peer.answersPing(lab.clock)).toBe(true);
    peer.say({ command: 'mempool' });
    await lab.clock.advance(1000);
    expect(peer.isClosed).toBe(true);
    expect(words.slice(-2)).toEqual(['too slow peer=0', 'disconnecting peer=0']);
    expect(bans.isDiscouraged({ network: 1, address: Uint8Array.of(10, 0, 0, 2) })).toBe(false);
  });

  it('cost those nothing whom the operator protects, who is told', async () => {
    const { words } = await lab.node(NODE.host, {
      handlers: [accuser],
      whitelist: [parseWhitelist('noban@10.0.0.0/24')],
    });
    const peer = await friend();
    peer.say({ command: 'getaddr' });
    expect(await peer.answersPing(lab.clock)).toBe(true);
    expect(words).toContain('Misbehaving: peer=0: inv message size = 50001');
    expect(words).toContain('Warning: not punishing noban peer 0!');
  });

  it('can be found out later', async () => {
    const { peers } = await lab.node(NODE.host);
    const peer = await friend();
    const [known] = peers.all() as Peer[];
    if (known === undefined) throw new Error('nobody is there');
    peers.blame(known, new PeerFault('message', 'oversized-inv', 'inv message size = 50001'));
    await lab.clock.advance(1000);
    expect(peer.isClosed).toBe(true);
    // It is gone: nothing happens.
    peers.blame(known, new PeerFault('message', 'oversized-inv', 'inv message size = 50001'));
  });
});

describe('who comes in', () => {
  it('is not banned, unless the operator protects him all the same', async () => {
    const { bans, peers } = await lab.node(NODE.host, {
      whitelist: [parseWhitelist('noban@10.0.0.3')],
    });
    const early = await friend('10.0.0.4');
    const subnet = parseSubnet('10.0.0.0/24');
    if (subnet === undefined) throw new Error('no subnet');
    bans.ban(subnet);
    peers.dropBanned(subnet);
    expect((await friend('10.0.0.2')).isClosed).toBe(true);
    expect((await friend('10.0.0.3')).isClosed).toBe(false);
    expect(early.isClosed).toBe(true);
  });

  it('stays banned when the node is started again', async () => {
    const at = { disk: new MemoryDisk(), folder: '/node', log: () => {} };
    await at.disk.makeFolder('/node');
    const first = await BanList.load(at, lab.clock);
    const subnet = parseSubnet('10.0.0.2');
    if (subnet === undefined) throw new Error('no subnet');
    first.ban(subnet);
    await first.save();
    await lab.node(NODE.host, { bans: await BanList.load(at, lab.clock) });
    expect((await friend('10.0.0.2')).isClosed).toBe(true);
    expect((await friend('10.0.0.3')).isClosed).toBe(false);
  });

  it('makes somebody else go when all places are taken, but never one who is protected', async () => {
    // Twelve places less eleven of our own leave one.
    const { peers } = await lab.node(NODE.host, { maxConnections: 12 });
    const first = await friend('10.0.0.2');
    const second = await caller('10.0.0.3');
    await lab.clock.advance(1000);
    // A single peer is always protected, by its group.
    expect([first.isClosed, second.isClosed]).toEqual([false, true]);
    expect(peers.counts()).toEqual({ all: 1, inbound: 1 });
  });

  it('never takes the place of an outbound peer', async () => {
    await lab.node('10.1.0.1');
    const { peers } = await lab.node(NODE.host, { maxConnections: 50, addNodes: ['10.1.0.1'] });
    await lab.clock.advance(1000);
    const others: LabPeer[] = [];
    for (let i = 0; i < 60; i++) others.push(await friend(`10.2.0.${i + 1}`));
    expect(peers.counts()).toEqual({ all: 40, inbound: 39 });
    expect(peers.peerInfos()[0]).toMatchObject({ kind: 'manual', isReady: true });
    expect(others.filter(({ isClosed }) => isClosed)).toHaveLength(21);
  });

  it('waits outside while he is discouraged and the house is nearly full', async () => {
    const { bans } = await lab.node(NODE.host, { maxConnections: 13 });
    bans.discourage({ network: 1, address: Uint8Array.of(10, 0, 0, 3) });
    expect((await friend('10.0.0.2')).isClosed).toBe(false);
    expect((await friend('10.0.0.3')).isClosed).toBe(true);
    expect((await friend('10.0.0.4')).isClosed).toBe(false);
  });

  it('comes in at every place that is listened at, with the permissions of that place', async () => {
    const { peers } = await lab.node(NODE.host, {
      listen: [
        { host: '0.0.0.0', port: LAB_PORT },
        { host: '0.0.0.0', port: 18_500, permissions: new Set(['noban', 'mempool']) },
      ],
    });
    await friend();
    const at = { host: NODE.host, port: 18_500 };
    const peer = await lab.clock.settle(LabPeer.connect(lab.host('10.0.0.2'), at, LAB_MAGIC));
    peer.greet();
    await lab.clock.advance(1000);
    expect(peers.peerInfos().map(({ permissions }) => permissions)).toEqual([
      [],
      ['noban', 'mempool'],
    ]);
  });
});

describe('the end', () => {
  it('disconnects everybody within a second, and leaves no timer behind', async () => {
    const before = lab.clock.pending;
    const node = await lab.node(NODE.host, { connect: undefined, addNodes: ['10.0.0.9'] });
    const peers = [await friend('10.0.0.2'), await friend('10.0.0.3'), await caller('10.0.0.4')];
    const start = lab.clock.monotonic();
    await lab.clock.settle(node.peers.stop());
    expect(lab.clock.monotonic() - start).toBeLessThanOrEqual(1000);
    await lab.clock.advance(10_000);
    expect(peers.every(({ isClosed }) => isClosed)).toBe(true);
    expect(lab.clock.pending).toBe(before);
    await expect(caller('10.0.0.5')).rejects.toThrow(/refused/);
  });

  it('waits a second for a part of the node that is stuck, and no longer', async () => {
    const stuck: PeerHandler = { handles: { getaddr: () => new Promise<void>(() => {}) } };
    const node = await lab.node(NODE.host, { handlers: [stuck] });
    const peer = await friend();
    peer.say({ command: 'getaddr' });
    await lab.clock.advance(1000);
    const start = lab.clock.monotonic();
    await lab.clock.settle(node.peers.stop());
    expect(lab.clock.monotonic() - start).toBe(1000);
  });

  it('can be temporary: the network is switched off and on again', async () => {
    const { peers } = await lab.node(NODE.host, { addNodes: ['10.0.0.9'] });
    await hosts('10.0.0.9');
    const peer = await friend();
    peers.setActive(false);
    await lab.clock.advance(1000);
    expect(peer.isClosed).toBe(true);
    expect((await caller()).isClosed).toBe(false);
    await lab.clock.advance(1000);
    expect(peers.counts().all).toBe(0);
    peers.setActive(true);
    await lab.clock.advance(120_000);
    expect([...peers.all()].map(({ kind }) => kind)).toEqual(['manual']);
  });
});
