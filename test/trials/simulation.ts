/**
 * A whole network in one process: it ends up at one tip, and the same seed makes the same network to
 * the last byte.
 */
import type { SimulationReport } from '../../src/sim/sim-report.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { Trial } from './trial.ts';

const HOUR_MS = 3_600_000;
const SIZES = {
  long: { nodes: 100, miners: 6, ms: 2 * HOUR_MS, paymentsAMinute: 6 },
  short: { nodes: 15, miners: 4, ms: HOUR_MS / 6, paymentsAMinute: 10 },
} as const;

export const simulationTrial: Trial = {
  name: 'simulation',
  shows: 'a hundred nodes end up at one tip, and two runs with one seed are the same',
  times: { long: 1, short: 1 },
  async run({ seed, size, say }) {
    const { ms, ...options } = SIZES[size];
    const runs: { readonly report: SimulationReport; readonly seconds: number }[] = [];
    for (let i = 0; i < 2; i++) {
      const began = performance.now();
      const simulation = await Simulation.begin({ ...options, seed });
      await simulation.run(ms);
      await simulation.comeToAgree();
      const report = simulation.report();
      await simulation.end();
      const seconds = (performance.now() - began) / 1000;
      runs.push({ report, seconds });
      say(`run ${i + 1}: ${seconds.toFixed(1)} s, trace ${report.trace.digest}`);
    }
    const [first, second] = runs as [(typeof runs)[0], (typeof runs)[0]];
    const { report } = first;
    const failures: string[] = [];
    if (!report.agrees) failures.push('the nodes do not agree');
    if (report.mined < ms / 60_000 / 3) failures.push(`only ${report.mined} blocks were mined`);
    if (report.transactionDelay.count === 0) failures.push('no payment arrived anywhere');
    if (JSON.stringify(report) !== JSON.stringify(second.report)) {
      failures.push('two runs with the same seed are not the same');
    }
    const { blockDelay, transactionDelay } = report;
    return {
      figures: {
        nodes: report.nodes,
        'simulated hours': ms / HOUR_MS,
        'wall seconds': first.seconds.toFixed(1),
        blocks: report.mined,
        'fork rate': report.forkRate.toFixed(4),
        'deepest reorganisation': report.reorganisations.deepest,
        'block delay ms (50, 90, 99 %)': `${blockDelay.p50}, ${blockDelay.p90}, ${blockDelay.p99}`,
        'payment delay ms (50, 90, 99 %)': `${transactionDelay.p50}, ${transactionDelay.p90}, ${transactionDelay.p99}`,
        trace: report.trace.digest,
      },
      failures,
    };
  },
};
