import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabPeer, modernVersion } from '../../../../test/fixtures/lab-peer.ts';
import { LAB_MAGIC, LAB_PORT, NetworkLab } from '../../../../test/fixtures/peer-networks.ts';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { fromHex } from '../../../protocol/bytes/hex.ts';
import { encodeFrame } from '../../../protocol/wire/frame.ts';
import type { PeerHandler } from './peer-handler.ts';

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

describe('the handshake', () => {
  it('of an inbound peer is in the order of Core: version, wtxidrelay, sendaddrv2, verack', async () => {
    const { peers } = await lab.node(NODE.host);
    const peer = await caller();
    await lab.clock.advance(5000);
    // Whoever only knocks learns nothing.
    expect(peer.commands).toEqual([]);
    peer.say(peer.version);
    await lab.clock.advance(1000);
    expect(peer.commands).toEqual(['version', 'wtxidrelay', 'sendaddrv2', 'verack']);
    expect(peers.all()).toEqual([]);
    peer.confirm();
    await lab.clock.advance(1000);
    expect(peer.commands.slice(4)).toEqual(['ping']);
    const [ready] = peers.all();
    expect(ready).toMatchObject({
      ...{ id: 0, kind: 'inbound', protocolVersion: 70016 },
      ...{ relaysByWtxid: true, wantsAddrV2: true, isGone: false },
    });
    expect(peer.heardOf('version')[0]).toMatchObject({
      ...{
        version: 70016,
        services: 9n,
        userAgent: '/blockyard:test/',
        startHeight: 0,
        relay: true,
      },
      receiver: { services: 0n, address: fromHex('00000000000000000000ffff0a000002') },
      sender: { services: 9n, address: new Uint8Array(16), port: 0 },
    });
  });

  it('leaves out what an old peer does not know', async () => {
    const { peers } = await lab.node(NODE.host);
    const peer = await caller();
    peer.say(modernVersion({ version: 70015 }), { command: 'wtxidrelay' }, { command: 'verack' });
    await lab.clock.advance(1000);
    expect(peer.commands).toEqual(['version', 'verack', 'ping']);
    expect([...peers.all()][0]).toMatchObject({
      ...{ protocolVersion: 70015, relaysByWtxid: false, wantsAddrV2: false },
    });
  });

  it('ends for a version below 31800, without a word', async () => {
    await lab.node(NODE.host);
    const peer = await caller();
    peer.say(modernVersion({ version: 31799 }));
    await lab.clock.advance(1000);
    expect(peer).toMatchObject({ isClosed: true, commands: [] });
  });

  it('is spoken first by the side that connects, and gives the right kind of peer on both sides', async () => {
    const alice = await lab.node(NODE.host);
    const bob = await lab.node('10.0.0.2', { addNodes: [NODE.host] });
    await lab.clock.advance(2000);
    expect([...bob.peers.all()].map(({ kind }) => kind)).toEqual(['manual']);
    expect([...alice.peers.all()].map(({ kind }) => kind)).toEqual(['inbound']);
  });

  it('ends after 60 seconds if the other side says nothing, or not all', async () => {
    await lab.node(NODE.host);
    const silent = await caller('10.0.0.2');
    const halfway = await caller('10.0.0.3');
    halfway.say(halfway.version);
    await lab.clock.advance(59_000);
    expect([silent.isClosed, halfway.isClosed]).toEqual([false, false]);
    await lab.clock.advance(2000);
    expect([silent.isClosed, halfway.isClosed]).toEqual([true, true]);
  });

  it('notices that it talks to itself', async () => {
    const { peers, words } = await lab.node(NODE.host, { addNodes: [NODE.host] });
    await lab.clock.advance(300);
    expect(peers.all()).toEqual([]);
    expect(words.some((line) => line.includes('connected to self'))).toBe(true);
    expect(peers.counts().all).toBe(0);
  });

  it('ignores what is said before version and before verack, but for wishes', async () => {
    const heard: string[] = [];
    const listener: PeerHandler = {
      handles: {
        sendheaders: () => void heard.push('sendheaders'),
        sendcmpct: ({ id }, { version }) => void heard.push(`sendcmpct ${version} of ${id}`),
        inv: () => void heard.push('inv'),
      },
      ready: () => void heard.push('ready'),
    };
    await lab.node(NODE.host, { handlers: [listener] });
    const peer = await caller();
    const empty = { command: 'inv', items: [] } as const;
    peer.say({ command: 'verack' }, empty, { command: 'sendheaders' });
    await lab.clock.advance(1000);
    expect(peer).toMatchObject({ isClosed: false, commands: [] });
    peer.say(peer.version, empty, { command: 'sendheaders' });
    peer.say({ command: 'sendcmpct', announce: true, version: 2n }, { command: 'verack' }, empty);
    await lab.clock.advance(1000);
    expect(heard).toEqual(['ready', 'sendheaders', 'sendcmpct 2 of 0', 'inv']);
  });

  it('ignores a second version and a second verack', async () => {
    await lab.node(NODE.host);
    const peer = await friend();
    peer.say(peer.version, { command: 'verack' });
    expect(await peer.answersPing(lab.clock)).toBe(true);
    expect(peer.heardOf('version')).toHaveLength(1);
  });

  it('is over at verack: wtxidrelay and sendaddrv2 after it end the connection', async () => {
    const { bans } = await lab.node(NODE.host);
    for (const command of ['wtxidrelay', 'sendaddrv2'] as const) {
      const peer = await friend();
      peer.say({ command });
      await lab.clock.advance(1000);
      expect(peer.isClosed).toBe(true);
    }
    expect(bans.isDiscouraged({ network: 1, address: Uint8Array.of(10, 0, 0, 2) })).toBe(false);
  });
});

describe('frames', () => {
  const ping = encodeFrame(LAB_MAGIC, { command: 'ping', nonce: 7n });
  const spoiled = (at: number, ...bytes: readonly number[]): Uint8Array => {
    const copy = ping.slice();
    copy.set(bytes, at);
    return copy;
  };

  it.each([
    ['a wrong checksum', spoiled(20, 1, 2, 3, 4), true],
    ['a command that is not text', spoiled(4, 0xff), true],
    ['a command that nobody knows', encodeUnknown('nonsense'), true],
    ['sendtxrcncl', encodeUnknown('sendtxrcncl'), true],
    ['the magic of another chain', spoiled(0, 0xf9), false],
    ['a length over 4,000,000', spoiled(16, 0x01, 0x09, 0x3d, 0x00), false],
  ])('with %s: the connection stays %s', async (_what, frame, stays) => {
    await lab.node(NODE.host);
    const peer = await friend();
    peer.sayBytes(frame);
    expect(await peer.answersPing(lab.clock)).toBe(stays);
    expect(peer.isClosed).toBe(!stays);
  });

  it('of a payload that is cut short are dropped', async () => {
    await lab.node(NODE.host);
    const peer = await friend();
    peer.sayPayload('getheaders', new Uint8Array(10));
    expect(await peer.answersPing(lab.clock)).toBe(true);
  });

  it('of another chain do not get past the first message', async () => {
    const { peers } = await lab.node(NODE.host);
    const stranger = await caller('10.0.0.2', Uint8Array.of(0xf9, 0xbe, 0xb4, 0xd9));
    stranger.greet();
    await lab.clock.advance(1000);
    expect(stranger).toMatchObject({ isClosed: true, commands: [] });
    expect(peers.counts().all).toBe(0);
  });

  function encodeUnknown(command: string): Uint8Array {
    // The checksum of an empty payload.
    const header = new Uint8Array(24);
    header.set(LAB_MAGIC);
    header.set(new TextEncoder().encode(command), 4);
    header.set(fromHex('5df6e0e2'), 20);
    return concatBytes(header);
  }
});

describe('messages of one peer', () => {
  it('are handled one after the other, each part of the node in its order', async () => {
    const steps: string[] = [];
    const slow: PeerHandler = {
      handles: {
        inv: async (_peer, { items }) => {
          steps.push(`slow ${items.length} begins`);
          await new Promise<void>((resolve) => {
            lab.clock.schedule(1000, resolve);
          });
          steps.push(`slow ${items.length} ends`);
        },
      },
      pulse: () => void steps.push('pulse'),
    };
    const quick: PeerHandler = {
      handles: { inv: (_peer, { items }) => void steps.push(`quick ${items.length}`) },
    };
    await lab.node(NODE.host, { handlers: [slow, quick] });
    const peer = await friend();
    steps.length = 0;
    const item = { type: 1, hash: new Uint8Array(32) };
    peer.say({ command: 'inv', items: [] }, { command: 'inv', items: [item] });
    await lab.clock.advance(5000);
    const order = steps.filter((step) => step !== 'pulse');
    expect(order).toEqual([
      ...['slow 0 begins', 'slow 0 ends', 'quick 0'],
      ...['slow 1 begins', 'slow 1 ends', 'quick 1'],
    ]);
    expect(steps.at(-1)).toBe('pulse');
  });

  it('that nobody has time for make the peer wait, and not this node grow', async () => {
    let release: () => void = () => {};
    const stuck: PeerHandler = {
      handles: {
        sendheaders: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      },
    };
    const { peers } = await lab.node(NODE.host, { handlers: [stuck], receiveBuffer: 100_000 });
    const peer = await friend();
    peer.say({ command: 'sendheaders' });
    for (let i = 0; i < 40; i++) peer.sayPayload('nonsense', new Uint8Array(50_000));
    await lab.clock.advance(10_000);
    // The limit, what came in one piece beyond it, and not the two million that were sent.
    expect(peers.peerInfos()[0]?.bytesReceived).toBeLessThan(400_000);
    expect(peer.connection.buffered).toBeGreaterThan(500_000);
    release();
    expect(await peer.answersPing(lab.clock)).toBe(true);
    expect(peers.peerInfos()[0]?.bytesReceivedByCommand['*other*']).toBe(40 * 50_024);
  });

  it('wait as long as it does not read our answers, and drained is told when it has', async () => {
    const told: string[] = [];
    let asked = 0;
    const generous: PeerHandler = {
      handles: {
        getaddr: (peer) => {
          asked++;
          peer.send({ command: 'block', raw: new Uint8Array(400_000) });
          told.push(peer.isCongested ? 'congested' : 'free');
        },
      },
      drained: (peer) => void told.push(`drained ${peer.isCongested}`),
    };
    await lab.node(NODE.host, { handlers: [generous], sendBuffer: 1_000_000 });
    const peer = await friend();
    peer.connection.pause();
    for (let i = 0; i < 10; i++) peer.say({ command: 'getaddr' });
    await lab.clock.advance(30_000);
    // Half a megabyte is on its way, one waits, and then it is enough.
    expect(asked).toBeLessThan(6);
    expect(told.at(-1)).toBe('congested');
    peer.connection.resume();
    await lab.clock.advance(30_000);
    expect(asked).toBe(10);
    expect(told).toContain('drained false');
    expect(peer.heardOf('block')).toHaveLength(10);
  });

  it('bring a bug of a part of the node to onFatal, and end that connection alone', async () => {
    const broken: PeerHandler = {
      handles: {
        getaddr: () => {
          throw new TypeError('a bug');
        },
        mempool: () => Promise.reject(new TypeError('a later bug')),
      },
    };
    const node = await lab.node(NODE.host, { handlers: [broken] });
    const [first, second, third] = [await friend(), await friend(), await friend()];
    first.say({ command: 'getaddr' });
    second.say({ command: 'mempool' });
    await lab.clock.advance(1000);
    expect(node.bugs.map(String).sort()).toEqual(['TypeError: a bug', 'TypeError: a later bug']);
    node.bugs.length = 0;
    expect([first.isClosed, second.isClosed]).toEqual([true, true]);
    expect(await third.answersPing(lab.clock)).toBe(true);
  });
});

describe('parts of the node', () => {
  it('hear of every peer once when it is ready and once when it is gone', async () => {
    const told: string[] = [];
    const part: PeerHandler = {
      handles: {},
      ready: (peer) => void told.push(`ready ${peer.id}`),
      gone: (peer) => void told.push(`gone ${peer.id} ${peer.isGone}`),
    };
    const { peers } = await lab.node(NODE.host, { handlers: [part] });
    const unfinished = await caller();
    const peer = await friend();
    unfinished.connection.destroy();
    peer.connection.destroy();
    await lab.clock.advance(1000);
    expect(told).toEqual(['ready 1', 'gone 1 true']);
    expect(peers.counts().all).toBe(0);
  });

  it('are not left waiting for a peer that went away without reading', async () => {
    const told: string[] = [];
    let release: () => void = () => {};
    const generous: PeerHandler = {
      handles: {
        getaddr: async (peer) => {
          while (!peer.isCongested) {
            peer.send({ command: 'block', raw: new Uint8Array(400_000) });
          }
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        },
      },
      drained: (peer) => {
        told.push(`drained ${peer.isGone}`);
        release();
      },
      gone: () => void told.push('gone'),
    };
    const { peers } = await lab.node(NODE.host, { handlers: [generous] });
    const peer = await friend();
    peer.connection.pause();
    peer.say({ command: 'getaddr' });
    await lab.clock.advance(2000);
    peer.connection.destroy();
    await lab.clock.advance(2000);
    expect(told).toEqual(['drained true', 'gone']);
    expect(peers.counts().all).toBe(0);
  });

  it('hear that a peer is gone only after they have dealt with what it said', async () => {
    const told: string[] = [];
    const part: PeerHandler = {
      handles: {
        getaddr: async () => {
          await new Promise<void>((resolve) => {
            lab.clock.schedule(3000, resolve);
          });
          told.push('dealt with');
        },
      },
      gone: () => void told.push('gone'),
    };
    const { peers } = await lab.node(NODE.host, { handlers: [part] });
    const peer = await friend();
    peer.say({ command: 'getaddr' });
    await lab.clock.advance(500);
    peer.connection.destroy();
    await lab.clock.advance(500);
    expect(peers.all()).toEqual([]);
    await lab.clock.advance(3000);
    expect(told).toEqual(['dealt with', 'gone']);
  });
});

describe('pings', () => {
  it('are answered with their nonce, and without one not at all', async () => {
    await lab.node(NODE.host);
    const peer = await friend();
    peer.say({ command: 'ping', nonce: 42n }, { command: 'ping', nonce: undefined });
    await lab.clock.advance(1000);
    expect(peer.heardOf('pong')).toEqual([{ command: 'pong', nonce: 42n }]);
  });

  it('are sent every two minutes, and their fastest answer is remembered', async () => {
    const { peers } = await lab.node(NODE.host);
    lab.network.setLink('10.0.0.1', '10.0.0.2', { latencyMs: 40, jitterMs: 0, loss: 0 });
    const peer = await friend();
    await lab.clock.advance(361_000);
    expect(peer.heardOf('ping')).toHaveLength(4);
    const ready = peers.get(0);
    expect(ready?.minPingMs).toBeGreaterThanOrEqual(80);
    expect(ready?.minPingMs).toBeLessThan(120);
    expect(peers.peerInfos()[0]?.ping).toMatchObject({ waitingMs: undefined });
  });

  it('that nobody answers end the connection after twenty minutes', async () => {
    await lab.node(NODE.host);
    const peer = await caller();
    peer.isPolite = false;
    peer.greet();
    await lab.clock.advance(1_199_000);
    expect(peer.heardOf('ping')).toHaveLength(1);
    peer.say({ command: 'pong', nonce: 5n });
    await lab.clock.advance(500);
    expect(peer.isClosed).toBe(false);
    await lab.clock.advance(2000);
    expect(peer.isClosed).toBe(true);
  });
});

describe('what is told of peers', () => {
  it('has the bytes of each command in both directions, and adds up', async () => {
    const { peers } = await lab.node(NODE.host);
    const peer = await friend();
    peer.sayPayload('nonsense', new Uint8Array(6));
    await lab.clock.advance(1000);
    const [info] = peers.peerInfos();
    expect(info).toMatchObject({
      ...{ id: 0, kind: 'inbound', transport: 'v1', network: 'not_publicly_routable' },
      ...{ userAgent: '/lab:1.0/', version: 70016, services: 9n, startingHeight: 0 },
      ...{ relaysTransactions: true, permissions: [], isReady: true, timeOffset: 0 },
      bytesReceivedByCommand: {
        ...{ '*other*': 30, pong: 32, sendaddrv2: 24, verack: 24, wtxidrelay: 24 },
        version: 24 + 86 + 9,
      },
      bytesSentByCommand: {
        ...{ ping: 32, sendaddrv2: 24, verack: 24, wtxidrelay: 24 },
        version: 24 + 86 + 16,
      },
    });
    const sum = (record: Readonly<Record<string, number>> = {}): number =>
      Object.values(record).reduce((total, bytes) => total + bytes, 0);
    expect(sum(info?.bytesReceivedByCommand)).toBe(info?.bytesReceived);
    expect(sum(info?.bytesSentByCommand)).toBe(info?.bytesSent);
    expect(peers.traffic.received).toBe(info?.bytesReceived);
    expect(peers.traffic.sent).toBe(info?.bytesSent);
  });

  it('is logged in the words of Core', async () => {
    const { words } = await lab.node(NODE.host);
    const peer = await friend();
    peer.say({ command: 'inv', items: [{ type: 1, hash: new Uint8Array(32) }] });
    await lab.clock.advance(1000);
    expect(words).toContain('received: inv (37 bytes) peer=0');
    expect(words).toContain('sending ping (8 bytes) peer=0');
    expect(words.some((line) => line.startsWith('New inbound v1 peer connected'))).toBe(true);
  });
});
