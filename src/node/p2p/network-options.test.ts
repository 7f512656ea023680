/** What an operator can say about the network of a node, and what becomes of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabPeer } from '../../../test/fixtures/lab-peer.ts';
import {
  LAB_MAGIC,
  LAB_PORT,
  type LabNode,
  NetworkLab,
} from '../../../test/fixtures/peer-networks.ts';
import { parseAddress } from './addresses/address-text.ts';
import { BanList } from './addresses/ban-list.ts';
import { NETWORKS } from './addresses/net-address.ts';
import { parseSubnet } from './addresses/subnet.ts';

const NODE = { host: '10.0.0.1', port: LAB_PORT };

let lab: NetworkLab;
beforeEach(() => {
  lab = new NetworkLab();
});
afterEach(() => {
  expect(lab.bugs).toEqual([]);
});

async function listenAt(host: string): Promise<void> {
  const at = { host: '0.0.0.0', port: LAB_PORT };
  await lab.clock.settle(LabPeer.listen(lab.host(host), at, LAB_MAGIC, () => {}));
}

function know(node: LabNode, text: string): void {
  const at = parseAddress(text);
  if (at === undefined) throw new Error(text);
  const time = Math.floor(lab.clock.now() / 1000);
  node.book.add([{ ...at, port: LAB_PORT, services: 9n, time }], at);
}

describe('places to listen', () => {
  it('that are taken keep it from starting, in the words of Bitcoin Core', async () => {
    await lab.node(NODE.host);
    await expect(lab.node(NODE.host)).rejects.toMatchObject({
      name: 'ListenError',
      code: 'in-use',
      message: `Unable to bind to 0.0.0.0:${LAB_PORT} on this computer. Blockyard is probably already running.`,
    });
    await expect(lab.node(NODE.host, { listen: [{ host: '10.9.9.9', port: 1 }] })).rejects.toThrow(
      /^Unable to bind to 10\.9\.9\.9:1 on this computer \(bind returned error .*\)$/,
    );
  });

  it('are left out where they need not be', async () => {
    await lab.node(NODE.host);
    const listen = [
      { ...NODE, isOptional: true },
      { host: '0.0.0.0', port: LAB_PORT + 1 },
    ];
    const { peers, words } = await lab.node(NODE.host, { listen });
    expect(peers.listening.map(({ port }) => port)).toEqual([LAB_PORT + 1]);
    expect(words.join('\n')).toContain(`Unable to bind to 10.0.0.1:${LAB_PORT}`);
  });
});

describe('peers', () => {
  it('are chosen in some networks alone, and welcome from everywhere', async () => {
    await listenAt('10.0.0.2');
    const onlyNetworks = new Set([NETWORKS.ipv6]);
    const picky = await lab.node(NODE.host, { connect: undefined, onlyNetworks });
    expect(picky.peers.choosesIn(NETWORKS.ipv4)).toBe(false);
    know(picky, '10.0.0.2');
    await lab.clock.advance(120_000);
    expect(picky.peers.counts()).toEqual({ all: 0, inbound: 0 });
    const guest = await lab.clock.settle(LabPeer.connect(lab.host('10.0.0.3'), NODE, LAB_MAGIC));
    guest.greet();
    await lab.clock.advance(1000);
    expect(picky.peers.counts()).toEqual({ all: 1, inbound: 1 });

    const open = await lab.node('10.0.0.4', { connect: undefined });
    know(open, '10.0.0.2');
    await lab.clock.advance(120_000);
    expect(open.peers.counts().all).toBeGreaterThan(0);
  });

  it('are not looked up by their names where that is not wished', async () => {
    const options = { addNodes: ['a.name', '10.0.0.2'], looksUpNames: false };
    const { peers, words } = await lab.node(NODE.host, options);
    await listenAt('10.0.0.2');
    await lab.clock.advance(120_000);
    expect(peers.all()).toHaveLength(1);
    expect(words.filter((line) => line.includes('a.name'))).toEqual([]);
  });

  it('are met by nobody until the network is switched on', async () => {
    await listenAt('10.0.0.2');
    const { peers } = await lab.node(NODE.host, { addNodes: ['10.0.0.2'], isActive: false });
    await lab.clock.advance(120_000);
    expect(peers.isActive).toBe(false);
    expect(peers.counts().all).toBe(0);
    peers.setActive(true);
    await lab.clock.advance(120_000);
    expect(peers.all()).toHaveLength(1);
  });

  it('have as long to introduce themselves as the operator gives them', async () => {
    await lab.node(NODE.host, { peerTimeoutMs: 3000 });
    const silent = await lab.clock.settle(LabPeer.connect(lab.host('10.0.0.2'), NODE, LAB_MAGIC));
    await lab.clock.advance(2900);
    expect(silent.isClosed).toBe(false);
    await lab.clock.advance(200);
    expect(silent.isClosed).toBe(true);
  });
});

it('bans last as long as the operator wants where nobody says how long', () => {
  const bans = new BanList(lab.clock);
  bans.defaultSeconds = 60;
  const subnet = parseSubnet('10.0.0.0/8');
  if (subnet === undefined) throw new Error('no subnet');
  const now = Math.floor(lab.clock.now() / 1000);
  expect(bans.ban(subnet)).toBe(true);
  expect(bans.list()[0]?.until).toBe(now + 60);
});
