/** A network that falls apart, with blocks on both sides, and agrees soon after it is whole again. */
import { drawBelow, shuffled } from '../../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { Trial } from './trial.ts';

const NODES = { long: 30, short: 10 } as const;
const LONGEST_MS = 60_000;
/** How long the network may take to agree. */
const HEAL_MS = 30_000;
const MOST_BLOCKS = 3;

export const partitionsTrial: Trial = {
  name: 'partitions',
  shows: 'a network that fell apart for up to a minute agrees within 30 seconds of being whole',
  times: { long: 50, short: 5 },
  async run({ seed, size, times, say }) {
    const entropy = new SeededEntropy(`partitions ${seed}`);
    const simulation = await Simulation.begin({
      seed,
      nodes: NODES[size],
      miners: 0,
      paymentsAMinute: 6,
    });
    // Everybody finds peers first.
    await simulation.run(LONGEST_MS);
    const { clock, network, nodes } = simulation;
    const failures: string[] = [];
    const delays: number[] = [];
    for (let number = 1; number <= times; number++) {
      const mixed = shuffled(entropy, nodes);
      const part = mixed.slice(0, 1 + drawBelow(entropy, mixed.length - 1));
      const rest = mixed.slice(part.length);
      network.partition(part.map(({ address }) => address));
      await simulation.run(1 + drawBelow(entropy, LONGEST_MS));
      // With as many blocks on both sides nobody would be wrong.
      const blocks = 1 + drawBelow(entropy, MOST_BLOCKS);
      await mine(simulation, part, blocks);
      await mine(simulation, rest, blocks + 1);
      network.heal();
      const healedAt = clock.monotonic();
      const agreed = await simulation.runUntil(() => simulation.agrees, HEAL_MS);
      delays.push(clock.monotonic() - healedAt);
      if (!agreed) {
        failures.push(`partition ${number}, ${part.length} of ${nodes.length}: no agreement`);
        await simulation.comeToAgree();
      }
      if (number % 10 === 0) say(`${number} partitions`);
    }
    await simulation.end();
    delays.sort((a, b) => a - b);
    return {
      figures: {
        nodes: nodes.length,
        partitions: times,
        'agreed in time': times - failures.length,
        'seconds until agreement, median': ((delays[delays.length >> 1] ?? 0) / 1000).toFixed(1),
        'seconds until agreement, at most': ((delays.at(-1) ?? 0) / 1000).toFixed(1),
      },
      failures,
    };
  },
};

async function mine(
  simulation: Simulation,
  side: readonly SimNode[],
  blocks: number,
): Promise<void> {
  const [miner] = side;
  if (miner === undefined) return;
  for (let i = 0; i < blocks; i++) await simulation.clock.settle(simulation.mineAt(miner));
}
