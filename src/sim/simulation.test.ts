import { describe, expect, it } from 'vitest';
import type { SimulationOptions } from './sim-options.ts';
import type { SimulationReport } from './sim-report.ts';
import { Simulation } from './simulation.ts';

const MINUTE_MS = 60_000;

async function reportAfter(minutes: number, options: SimulationOptions): Promise<SimulationReport> {
  const simulation = await Simulation.begin(options);
  await simulation.run(minutes * MINUTE_MS);
  await simulation.comeToAgree();
  const report = simulation.report();
  await simulation.end();
  return report;
}

describe('a simulation', () => {
  const few = { nodes: 6, miners: 3, blockSeconds: 30, paymentsAMinute: 20 };

  it('mines, pays, and ends with all nodes at one tip', async () => {
    const report = await reportAfter(10, { ...few, seed: 1 });
    expect(report).toMatchObject({ agrees: true, nodes: 6, seed: 1 });
    expect(report.mined).toBeGreaterThan(5);
    expect(report.blockDelay.count).toBeGreaterThan(5 * report.mined - 5);
    expect(report.blockDelay.p50).toBeGreaterThan(50);
    expect(report.blockDelay.p50).toBeLessThan(5000);
    expect(report.transactionDelay.count).toBeGreaterThan(100);
    expect(report.connections).toBeGreaterThanOrEqual(5);
    expect(report.bytes['version']).toBeGreaterThan(0);
  });

  it('is the same with the same seed, to the last line of its trace, and another with another', async () => {
    const [first, again, other] = [
      await reportAfter(5, { ...few, seed: 7 }),
      await reportAfter(5, { ...few, seed: 7 }),
      await reportAfter(5, { ...few, seed: 8 }),
    ];
    expect(again).toEqual(first);
    expect(other.trace.digest).not.toBe(first.trace.digest);
  });

  it('heals: both sides of a cut mine, and the longer side wins everywhere', async () => {
    const simulation = await Simulation.begin({ seed: 3, nodes: 6, miners: 0, paymentsAMinute: 0 });
    await simulation.run(MINUTE_MS);
    const { nodes, network, clock, firstHeight } = simulation;
    const [left, right] = [nodes.slice(0, 2), nodes.slice(2)];
    network.partition(left.map(({ address }) => address));
    for (const side of [left, right, right]) {
      const [miner] = side;
      if (miner !== undefined) await clock.settle(simulation.mineAt(miner));
    }
    await simulation.run(20_000);
    expect(simulation.agrees).toBe(false);
    network.heal();
    expect(await simulation.runUntil(() => simulation.agrees, 30_000)).toBe(true);
    expect(left[0]?.node.chain.tip.height).toBe(firstHeight + 2);
    expect(left[0]?.reorganisations).toEqual([1]);
    await simulation.end();
  });

  it.each([
    [{ nodes: 0 }, 'nodes is 0; allowed is 1 to 10000'],
    [{ nodes: 2, miners: 3 }, 'miners is 3; allowed is 0 to 2'],
    [{ nodes: 2, miners: 0, loss: 0.9 }, 'loss is 0.9; allowed is 0 to 0.5'],
  ])('is not begun with %j', async (options, message) => {
    await expect(Simulation.begin({ seed: 1, ...options })).rejects.toThrow(message);
  });
});
