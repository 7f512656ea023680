/**
 * Three miners who take turns in leaving the network and coming back with a longer branch: everybody
 * else goes back and follows, again and again, and all have the same coins and no more memory in the end.
 */
import { utxoStatistics } from '../../src/node/coins/utxo-set.ts';
import { toHex } from '../../src/protocol/bytes/hex.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { memoryUsed } from './memory-used.ts';
import type { Trial } from './trial.ts';

const NODES = 8;
const MINERS = 3;
const PATIENCE_MS = 60_000;
/** Blocks are kept, wherever they are. What else may stay behind of a block that was taken back. */
const MOST_FOR_A_BLOCK = 1.5;
const BLOCKS_A_ROUND = 3;
/** OP_TRUE */
const RIVAL_SCRIPT = Uint8Array.of(0x51);

export const threeMinersTrial: Trial = {
  name: 'three-miners',
  shows: 'hundreds of reorganisations leave all nodes with the same coins, and no memory behind',
  times: { long: 500, short: 30 },
  async run({ seed, times, say }) {
    const simulation = await Simulation.begin({
      seed,
      nodes: NODES,
      miners: 0,
      paymentsAMinute: 30,
    });
    const { network, nodes, clock } = simulation;
    await simulation.run(PATIENCE_MS);
    const failures: string[] = [];
    const plain = await plainBlock(simulation, times);
    const before = memoryUsed();
    let round = 0;
    for (; fewestOf(nodes) < times && round < 2 * times; round++) {
      const miner = nodes[round % MINERS] as SimNode;
      const other = nodes[(round + 1) % MINERS] as SimNode;
      network.partition([miner.address]);
      await clock.settle(simulation.mineAt(other));
      // Everybody else follows this block first, and has to leave it again.
      const { height } = other.node.chain.tip;
      const others = nodes.filter((one) => one !== miner);
      const follow = (): boolean => others.every(({ node }) => node.chain.tip.height === height);
      if (!(await simulation.runUntil(follow, PATIENCE_MS))) {
        failures.push(`in round ${round + 1}, a block did not arrive`);
      }
      // Two who pay to one script in the same second may find the very same block.
      for (let i = 0; i < 2; i++) await clock.settle(simulation.mineAt(miner, RIVAL_SCRIPT));
      network.heal();
      if (!(await simulation.runUntil(() => simulation.agrees, PATIENCE_MS))) {
        failures.push(`after ${round + 1} rounds, no agreement`);
        break;
      }
      // A chain tells of its tip when nothing more is under way. Two reorganisations must not count as one.
      await simulation.run(1000);
      if (round % 50 === 49) say(`${round + 1} rounds`);
    }
    const grown = (memoryUsed() - before) / (BLOCKS_A_ROUND * round * NODES);
    if (grown > MOST_FOR_A_BLOCK * plain) {
      failures.push(`a block takes ${grown.toFixed(0)} bytes, and not ${plain.toFixed(0)}`);
    }
    const coins = new Set<string>();
    for (const { node } of nodes) {
      const { snapshot } = await clock.settle(node.chain.snapshotCoins());
      const counting = utxoStatistics(snapshot, 'hash_serialized_3', { clock });
      const { hash } = await clock.settle(counting);
      await clock.settle(snapshot.release());
      coins.add(hash === undefined ? 'none' : toHex(hash));
    }
    if (coins.size !== 1) failures.push(`${coins.size} different sets of coins`);
    const reorganisations = nodes.reduce((sum, one) => sum + one.reorganisations.length, 0);
    const fewest = fewestOf(nodes);
    if (fewest < times) failures.push(`a node went through ${fewest} reorganisations only`);
    await simulation.end();
    return {
      figures: {
        nodes: NODES,
        'reorganisations of a node, at least': fewest,
        'of all nodes': reorganisations,
        'different sets of coins': coins.size,
        'bytes of a node for a block': grown.toFixed(0),
        'the same without reorganisations': plain.toFixed(0),
      },
      failures,
    };
  },
};

/** Of those who do not mine: each time they went back and followed somebody else. */
function fewestOf(nodes: readonly SimNode[]): number {
  return Math.min(...nodes.slice(MINERS).map((one) => one.reorganisations.length));
}

/** The bytes that a node takes for a block of a chain that grows straight on. */
async function plainBlock(simulation: Simulation, blocks: number): Promise<number> {
  const [miner] = simulation.nodes as readonly [SimNode];
  const before = memoryUsed();
  for (let i = 0; i < blocks; i++) {
    await simulation.clock.settle(simulation.mineAt(miner));
    await simulation.run(1000);
  }
  return (memoryUsed() - before) / (blocks * NODES);
}
