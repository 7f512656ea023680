/** How many real nodes fit into one process. */
import { Simulation } from '../../src/sim/simulation.ts';
import type { Trial } from './trial.ts';

const NODES = { long: 1000, short: 60 } as const;
const MINUTES = { long: 10, short: 2 } as const;

export const thousandNodesTrial: Trial = {
  name: 'thousand-nodes',
  shows: 'a thousand nodes run in one process, and agree',
  times: { long: 1, short: 1 },
  async run({ seed, size, say }) {
    const nodes = NODES[size];
    const before = process.memoryUsage().rss;
    const began = performance.now();
    const simulation = await Simulation.begin({ seed, nodes, paymentsAMinute: 1 });
    const started = (performance.now() - began) / 1000;
    say(`${nodes} nodes, started in ${started.toFixed(1)} s`);
    await simulation.run(MINUTES[size] * 60_000);
    await simulation.comeToAgree();
    const seconds = (performance.now() - began) / 1000;
    const report = simulation.report();
    const memory = (process.memoryUsage().rss - before) / 1e6;
    await simulation.end();
    return {
      figures: {
        nodes,
        connections: report.connections,
        'simulated minutes': MINUTES[size],
        'wall seconds': seconds.toFixed(1),
        'MB in all': memory.toFixed(0),
        'MB a node': (memory / nodes).toFixed(2),
        blocks: report.mined,
        'block delay ms (50, 90, 99 %)': `${report.blockDelay.p50}, ${report.blockDelay.p90}, ${report.blockDelay.p99}`,
      },
      failures: report.agrees ? [] : ['the nodes do not agree'],
    };
  },
};
