import { drawBelow, drawUnit, shuffled } from '../outside/entropy/draw.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import type { Simulation } from './simulation.ts';

export const MINUTE_MS = 60_000;

/**
 * Has the network fall into two parts so many times within a time, for up to a minute each time, and
 * come together again. One falls apart only after the one before is over.
 */
export function partitionsOf(simulation: Simulation, count: number, lengthMs: number): void {
  const { clock, network, nodes, options } = simulation;
  const entropy = new SeededEntropy(`partitions ${options.seed}`);
  const slot = lengthMs / count;
  for (let i = 0; i < count; i++) {
    const lasts = Math.min(MINUTE_MS, slot / 2) * drawUnit(entropy);
    const at = i * slot + drawUnit(entropy) * (slot - lasts);
    const addresses = shuffled(
      entropy,
      nodes.map(({ address }) => address),
    );
    const part = addresses.slice(0, 1 + drawBelow(entropy, Math.max(1, addresses.length - 1)));
    clock.schedule(at, () => {
      network.partition(part);
      simulation.trace.add(clock.monotonic(), 'network', `falls apart, ${part.length} on one side`);
    });
    clock.schedule(at + lasts, () => {
      network.heal();
      simulation.trace.add(clock.monotonic(), 'network', 'is whole again');
    });
  }
}
