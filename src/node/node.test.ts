import { describe, expect, it } from 'vitest';
import { LabPeer } from '../../test/fixtures/lab-peer.ts';
import { coinbaseTx, mineBlock, pay } from '../../test/fixtures/regtest-blocks.ts';
import { PORT, VirtualWorld } from '../../test/fixtures/virtual-world.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { encodeBlock } from '../protocol/primitives/block.ts';
import { blockHash } from '../protocol/primitives/block-hash.ts';
import type { Node } from './node.ts';

/** OP_TRUE */
const ANYONE = Uint8Array.of(0x51);

describe('nodes', () => {
  it('follow a chain that another one has, and each block that comes after it', async () => {
    const world = new VirtualWorld('a few nodes');
    const first = await world.node('10.0.0.1');
    await world.clock.settle(first.generate(120, ANYONE));
    const second = await world.node('10.0.0.2', { network: { connect: ['10.0.0.1'] } });
    const third = await world.node('10.0.0.3', { network: { connect: ['10.0.0.2'] } });
    await world.clock.advance(30_000);
    expect(third.chain.tip.height).toBe(120);
    await world.clock.settle(third.generate(3, ANYONE));
    await world.clock.advance(10_000);
    expect(world.tips(first, second, third)).toHaveLength(1);
    expect(first.chain.tip.height).toBe(123);
    for (const node of [first, second, third]) await world.clock.settle(node.stop());
    expect(world.failures).toEqual([]);
  });

  it('that start empty, all at once, find the one that has a chain', async () => {
    const world = new VirtualWorld('a room of nodes');
    const hosts = [1, 2, 3, 4, 5].map((i) => `10.0.0.${i}`);
    const [rich = '', ...poor] = hosts;
    const nodes = [await world.node(rich, { network: { connect: [] } })];
    // An old chain, so that nobody takes himself for up to date.
    world.clocks.get(rich)?.freeze(1_400_000_000_000);
    await world.clock.settle((nodes[0] as Node).generate(50, ANYONE));
    world.clocks.get(rich)?.freeze();
    for (const host of poor) {
      // The one that has a chain is the last that they connect to.
      const others = [...poor.filter((other) => other !== host), rich];
      nodes.push(await world.node(host, { network: { connect: others } }));
    }
    await world.clock.advance(60_000);
    expect(nodes.map(({ chain }) => chain.tip.height)).toEqual([50, 50, 50, 50, 50]);
    await world.stop(...nodes);
    expect(world.failures).toEqual([]);
  });

  it('answer what a peer asks behind a block when the block is in its place', async () => {
    const world = new VirtualWorld('a block, and questions behind it');
    const node = await world.node('10.0.0.1');
    await world.clock.settle(node.generate(1, ANYONE));
    const { tip } = node.chain;
    const to = { host: '10.0.0.1', port: PORT };
    const network = world.network.host('10.0.0.2');
    const peer = await world.clock.settle(LabPeer.connect(network, to, regtest.magic));
    peer.greet();
    await world.clock.advance(1000);
    const block = mineBlock([coinbaseTx(2, [pay(1n)])], {
      previousBlockHash: tip.hash,
      time: tip.time + 1,
    });
    peer.heard.length = 0;
    peer.say(
      { command: 'block', raw: encodeBlock(block) },
      { command: 'getdata', items: [{ type: 2, hash: blockHash(block) }] },
      { command: 'ping', nonce: 7n },
    );
    await world.clock.advance(1000);
    expect(peer.commands.filter((command) => command !== 'inv')).toEqual(['block', 'pong']);
    await world.stop(node);
  });
});
