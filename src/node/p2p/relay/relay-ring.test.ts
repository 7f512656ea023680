import { describe, expect, it } from 'vitest';
import { FakePool } from '../../../../test/fixtures/fake-pool.ts';
import { type LabNode, NetworkLab } from '../../../../test/fixtures/peer-networks.ts';
import { FakeChain, makeTx } from '../../../../test/fixtures/relay-setup.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import { isTransactionItem } from '../../../protocol/wire/inventory.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import type { PeerSet } from '../peers.ts';
import { TransactionRelay } from './transaction-relay.ts';

const MINUTE = 60_000;

/** Something that came over the wire: by whom, to whom, and which transaction. */
interface Heard {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly what: 'inv' | 'tx';
  readonly id: string;
}

interface Node {
  readonly relay: TransactionRelay;
  readonly pool: FakePool;
  readonly lab: LabNode;
}

/** Nodes on a virtual network, each with connections to some of those after it. */
async function nodesInRing(count: number, reach: readonly number[], seed: string) {
  const lab = new NetworkLab(seed);
  const { clock } = lab;
  const heard: Heard[] = [];
  const nodes: Node[] = [];
  const host = (i: number): string => `10.0.0.${1 + (i % count)}`;
  for (let i = 0; i < count; i++) {
    const [pool, chain] = [new FakePool(), new FakeChain()];
    let node: LabNode | undefined;
    const peers: PeerSet = {
      all: () => node?.peers.all() ?? [],
      get: (id) => node?.peers.get(id),
      blame: (peer, fault) => node?.peers.blame(peer, fault),
    };
    const entropy = new SeededEntropy(`${seed} ${i}`);
    const relay = new TransactionRelay({ clock, entropy, chain, pool, peers });
    relay.start();
    const note = (from: string, what: 'inv' | 'tx', id: Uint8Array): void => {
      heard.push({ at: clock.monotonic(), from, to: host(i), what, id: toHex(id) });
    };
    const witness: PeerHandler = {
      handles: {
        inv: (peer, { items }) => {
          for (const item of items.filter(isTransactionItem))
            note(peer.remote.host, 'inv', item.hash);
        },
        tx: (peer, { tx }) => note(peer.remote.host, 'tx', wtxid(tx)),
      },
    };
    const connect = reach.map((step) => host(i + step));
    node = await lab.node(host(i), { handlers: [witness, relay], connect });
    nodes.push({ relay, pool, lab: node });
  }
  await clock.advance(MINUTE);
  return { lab, clock, nodes, heard };
}

function haveIt(nodes: readonly Node[], tx: Transaction): number {
  return nodes.filter(({ pool }) => pool.get(txid(tx)) !== undefined).length;
}

async function broadcast(node: Node | undefined, tx: Transaction): Promise<void> {
  expect(await node?.relay.broadcast(tx)).toMatchObject({ kind: 'accepted' });
}

describe('a ring of nodes on a virtual network', () => {
  it('carries a transaction to everybody, to each of them once', async () => {
    const { lab, clock, nodes, heard } = await nodesInRing(12, [1], 'ring');
    const tx = makeTx();
    await broadcast(nodes[0], tx);
    await clock.advance(5 * MINUTE);
    expect(haveIt(nodes, tx)).toBe(12);
    const sent = heard.filter(({ what }) => what === 'tx');
    expect(sent).toHaveLength(11);
    expect(new Set(sent.map(({ to }) => to)).size).toBe(11);
    expect(nodes.map(({ pool }) => pool.offered.length)).toEqual(nodes.map(() => 1));
    expect(lab.bugs).toEqual([]);
  });

  it('knows no echo: nobody is told of it by whom he told of it', async () => {
    const { clock, nodes, heard } = await nodesInRing(12, [1], 'echo');
    await broadcast(nodes[3], makeTx());
    await clock.advance(5 * MINUTE);
    const told = new Map<string, number>();
    for (const { from, to, at } of heard.filter(({ what }) => what === 'inv')) {
      expect(told.has(`${from}>${to}`)).toBe(false);
      told.set(`${from}>${to}`, at);
      // Two may tell each other at the same time: while the words of the one are under way.
      const back = told.get(`${to}>${from}`);
      if (back !== undefined) expect(at - back).toBeLessThan(200);
    }
    // Each of the twelve links was used.
    const links = new Set([...told.keys()].map((way) => way.split('>').sort().join()));
    expect(links.size).toBe(12);
  });

  it('knows no loops: once everybody has it there is silence, and no timer is left', async () => {
    const { clock, nodes, heard } = await nodesInRing(8, [1, 3], 'silence');
    const before = clock.pending;
    const tx = makeTx();
    await broadcast(nodes[0], tx);
    await clock.advance(5 * MINUTE);
    expect(haveIt(nodes, tx)).toBe(8);
    const count = heard.length;
    await clock.advance(60 * MINUTE);
    expect(heard.length).toBe(count);
    expect(clock.pending).toBe(before);
    expect(nodes[0]?.relay.unbroadcast).toEqual([]);
  });

  it('carries many from everywhere, with chains among them, and sends none twice to anybody', async () => {
    const { lab, clock, nodes, heard } = await nodesInRing(10, [1, 2, 4], 'many');
    const all: Transaction[] = [];
    for (let i = 0; i < 60; i++) {
      const isChild = i % 3 === 2;
      const tx = makeTx(isChild ? { parents: all.slice(-1) } : {});
      all.push(tx);
      // A child starts where its parent did: elsewhere it may not be known yet.
      await broadcast(nodes[isChild ? (i - 1) % 10 : i % 10], tx);
      await clock.advance(100);
    }
    await clock.advance(10 * MINUTE);
    expect(all.map((tx) => haveIt(nodes, tx))).toEqual(all.map(() => 10));
    const deliveries = heard.filter(({ what }) => what === 'tx').map(({ to, id }) => `${to} ${id}`);
    expect(new Set(deliveries).size).toBe(deliveries.length);
    expect(deliveries).toHaveLength(60 * 9);
    expect(lab.bugs).toEqual([]);
    expect(nodes.every(({ relay }) => relay.orphans.length === 0)).toBe(true);
  });

  it('does the same again with the same seed, message by message', async () => {
    const tx = [makeTx(), makeTx()] as const;
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const { clock, nodes, heard } = await nodesInRing(6, [1, 2], 'again');
        await broadcast(nodes[1], tx[0]);
        await broadcast(nodes[4], tx[1]);
        await clock.advance(5 * MINUTE);
        return heard;
      }),
    );
    expect(runs[0]?.length).toBeGreaterThan(10);
    expect(runs[1]).toEqual(runs[0]);
  });

  it('carries it over a partition, once that has healed', async () => {
    const { lab, clock, nodes, heard } = await nodesInRing(6, [1, 2], 'partition');
    lab.network.partition(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    const tx = makeTx();
    await broadcast(nodes[0], tx);
    await clock.advance(MINUTE);
    expect(haveIt(nodes, tx)).toBe(3);
    lab.network.heal();
    await clock.advance(5 * MINUTE);
    expect(haveIt(nodes, tx)).toBe(6);
    expect(heard.filter(({ what }) => what === 'tx')).toHaveLength(5);
  });
});
