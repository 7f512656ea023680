import { describe, expect, it } from 'vitest';
import { ANYONE, outputOf, spendCoins } from '../../test/fixtures/mempool-maker.ts';
import { type Machine, VirtualWorld } from '../../test/fixtures/virtual-world.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import { noLog } from './log/log.ts';
import { MempoolKeeper } from './mempool-keeper.ts';
import type { Node } from './node.ts';

const HOST = '10.0.0.1';
const FOLDER = '/data';

/** A node with a few payments in its pool. */
async function paid(world: VirtualWorld, machine: Machine): Promise<Node> {
  const node = await world.node(HOST, { machine, dataFolder: FOLDER });
  await world.clock.settle(node.generate(103, ANYONE));
  for (const height of [1, 2, 3]) {
    const block = node.chain.blockAt(height);
    if (block === undefined) throw new Error(`there is no block ${height}`);
    const { block: read } = await world.clock.settle(node.chain.readBlock(block));
    const coinbase = read.transactions[0] as Transaction;
    const result = await world.clock.settle(node.mempool.accept(spendCoins([outputOf(coinbase)])));
    expect(result.kind).toBe('accepted');
  }
  return node;
}

describe('the mempool', () => {
  it('is back after a restart, a little later than the node', async () => {
    const world = new VirtualWorld('a pool that is kept');
    const machine = VirtualWorld.machine();
    await world.stop(await paid(world, machine));
    const again = await world.node(HOST, { machine, dataFolder: FOLDER });
    await world.clock.settle(again.mempoolKeeper?.load() ?? Promise.resolve());
    expect(again.mempoolKeeper?.isLoaded).toBe(true);
    expect(again.mempool.size).toBe(3);
    await world.stop(again);
    expect(world.failures).toEqual([]);
  });

  it('is not lost by a node that stops before all of it is back', async () => {
    const world = new VirtualWorld('a short visit');
    const machine = VirtualWorld.machine();
    await world.stop(await paid(world, machine));
    const options = { machine, dataFolder: FOLDER, persistMempool: false };
    const visitor = await world.node(HOST, options);
    const keeper = new MempoolKeeper({
      ...{ mempool: visitor.mempool, relay: visitor.network.relay, log: noLog, isKept: true },
      ...{ folder: `${FOLDER}/regtest`, disk: machine.disk, clock: world.clock },
      entropy: world.entropy,
    });
    keeper.load();
    await world.clock.settle(keeper.stop());
    expect(keeper.isLoaded).toBe(false);
    expect(visitor.mempool.size).toBe(0);
    await world.stop(visitor);
    const again = await world.node(HOST, { machine, dataFolder: FOLDER });
    await world.clock.settle(again.mempoolKeeper?.load() ?? Promise.resolve());
    expect(again.mempool.size).toBe(3);
    await world.stop(again);
  });

  it('is left alone where it is not kept, and written down if somebody asks', async () => {
    const world = new VirtualWorld('a pool that is not kept');
    const machine = VirtualWorld.machine();
    await world.stop(await paid(world, machine));
    const options = { machine, dataFolder: FOLDER, persistMempool: false };
    const other = await world.node(HOST, options);
    expect(other.mempoolKeeper?.isLoaded).toBe(true);
    expect(other.mempool.size).toBe(0);
    await world.stop(other);
    const third = await world.node(HOST, { machine, dataFolder: FOLDER });
    await world.clock.settle(third.mempoolKeeper?.load() ?? Promise.resolve());
    expect(third.mempool.size).toBe(3);
    await world.stop(third);
    const fourth = await world.node(HOST, options);
    await world.clock.settle(fourth.mempoolKeeper?.save() ?? Promise.resolve(''));
    await world.stop(fourth);
    const fifth = await world.node(HOST, { machine, dataFolder: FOLDER });
    await world.clock.settle(fifth.mempoolKeeper?.load() ?? Promise.resolve());
    expect(fifth.mempool.size).toBe(0);
    await world.stop(fifth);
  });
});
