import { replaceFile } from '../../outside/disk/whole-file.ts';
import { jsonText } from '../../protocol/report/json-text.ts';
import { MINUTE_MS, partitionsOf } from '../../sim/partitions.ts';
import type { Percentiles } from '../../sim/percentiles.ts';
import type { SimulationOptions } from '../../sim/sim-options.ts';
import { reportToJson, type SimulationReport } from '../../sim/sim-report.ts';
import { Simulation } from '../../sim/simulation.ts';
import { stoppedError } from '../chain/use-chain.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { bytesText, grouped, shortDuration } from '../plain-words.ts';
import { Progress } from '../progress.ts';
import type { simSpec as spec } from '../table/sim.ts';
import { UsageError } from '../usage-error.ts';
import { twoColumns } from '../wrap-text.ts';

type Arguments = ArgumentsOf<typeof spec>;

/** Between two looks at whether somebody wants it to end, of simulated time. */
const STEP_MS = 10_000;
/** Types of messages that are told one by one. */
const TOLD_TYPES = 8;

export const sim: Command<typeof spec> = async (args, io) => {
  const { hours = args.minutes === undefined ? 1 : 0, minutes = 0, nodes = 20 } = args;
  const length = (hours * 60 + minutes) * MINUTE_MS;
  if (length === 0)
    throw new UsageError('bad-value', '--hours and --minutes are 0; nothing would happen');
  const seed = args.seed ?? io.entropy.u32();
  const { miners = Math.min(6, nodes) } = args;
  if (miners > nodes) {
    throw new UsageError(
      'bad-value',
      `--miners is ${miners}; allowed are at most as many as nodes, ${nodes}`,
    );
  }
  const lines: string[] = [];
  const simulation = await Simulation.begin({
    ...optionsOf(args),
    seed,
    nodes,
    miners,
    ...(args.trace !== undefined && { onTrace: (line: string) => lines.push(line) }),
  });
  partitionsOf(simulation, args.partitions ?? 0, length);
  const began = io.clock.monotonic();
  await runAll(simulation, length, args, io);
  await simulation.comeToAgree();
  const seconds = (io.clock.monotonic() - began) / 1000;
  const report = simulation.report();
  await simulation.end();
  if (args.trace !== undefined) await writeTrace(args.trace, lines, io);
  io.out.write(
    args.json
      ? `${jsonText({ ...reportToJson(report), seconds }, 2)}\n`
      : textOf(report, seconds, io),
  );
  return report.agrees ? EXIT_OK : EXIT_FAILURE;
};

/** What is not given is left to the simulation. */
function optionsOf(args: Arguments): Partial<SimulationOptions> {
  const { interval, payments, latency, bandwidth, loss } = args;
  const offset = args['clock-offset'];
  return {
    ...(interval !== undefined && { blockSeconds: interval }),
    ...(payments !== undefined && { paymentsAMinute: payments }),
    ...(latency !== undefined && { latencyMs: latency }),
    ...(bandwidth !== undefined && { bandwidth: bandwidth * 1000 }),
    ...(loss !== undefined && { loss: loss / 100 }),
    ...(offset !== undefined && { clockOffsetSeconds: offset }),
  };
}

async function runAll(
  simulation: Simulation,
  length: number,
  { json, quiet }: Arguments,
  io: Io,
): Promise<void> {
  const progress = new Progress({ title: 'Simulating', quiet: quiet || json }, io);
  const stop = new AbortController();
  const stopListening = io.onStop(() => stop.abort());
  try {
    for (let done = 0; done < length; done += STEP_MS) {
      await simulation.run(Math.min(STEP_MS, length - done));
      progress.update({ fraction: done / length, detail: `${grouped(simulation.mined)} blocks` });
      if (stop.signal.aborted) throw stoppedError('before the time was over');
      // Everything so far was virtual time: here is the only turn that the real world gets.
      await io.clock.nextTurn();
    }
  } finally {
    stopListening();
    progress.end();
  }
}

async function writeTrace(file: string, lines: readonly string[], io: Io): Promise<void> {
  await replaceFile(io.disk, file, new TextEncoder().encode(`${lines.join('\n')}\n`));
}

function textOf(report: SimulationReport, seconds: number, io: Io): string {
  const paint = paintFor(io.out);
  const { reorganisations, blockDelay, transactionDelay, trace } = report;
  const bytes = Object.entries(report.bytes);
  const rest = bytes.slice(TOLD_TYPES).reduce((sum, [, count]) => sum + count, 0);
  const rows: (readonly [string, string])[] = [
    ['seed', String(report.seed)],
    ['all at one tip', report.agrees ? `yes, at height ${grouped(report.height)}` : 'NO'],
    ['blocks mined', grouped(report.mined)],
    ['forks', `${(100 * report.forkRate).toFixed(2)} % of the blocks were in vain`],
    [
      'reorganisations',
      `${grouped(reorganisations.count)}, the deepest went back ${reorganisations.deepest}`,
    ],
    ['block delay', delayText(blockDelay)],
    ['payment delay', delayText(transactionDelay)],
    ['payments', grouped(report.payments)],
    ['connections', grouped(report.connections)],
    ...bytes
      .slice(0, TOLD_TYPES)
      .map(([type, count]) => [`sent: ${type}`, bytesText(count)] as const),
    ...(rest > 0 ? [['sent: the rest', bytesText(rest)] as const] : []),
    ['trace', `${grouped(trace.lines)} lines, ${trace.digest}`],
  ];
  const title = `Simulated ${grouped(report.nodes)} nodes for ${shortDuration(report.hours * 3600)} in ${seconds.toFixed(1)} s.`;
  return `${[paint.bold(title), ...twoColumns(rows, Number.POSITIVE_INFINITY)].join('\n')}\n`;
}

function delayText({ count, p50, p90, p99 }: Percentiles): string {
  if (count === 0) return 'none';
  const [half, most, nearlyAll] = [p50, p90, p99].map((ms) => `${Math.round(ms)} ms`);
  return `median ${half}, 90 % within ${most}, 99 % within ${nearlyAll}`;
}
