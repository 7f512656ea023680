/**
 * `npm run fuzz`: hostile input for every decoder, and for the script interpreter.
 *
 *     npm run fuzz -- --runs 1000000          so many inputs for each target (default 100000)
 *     npm run fuzz -- --seed 7                the same inputs again
 *     npm run fuzz -- --target tx             only targets with this word in their name
 *     npm run fuzz -- --json                  for programs
 */
import { parseArgs } from 'node:util';
import { type FuzzReport, runTarget } from './run-target.ts';
import { targets } from './targets.ts';

const DEFAULT_RUNS = 100_000;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} is ${JSON.stringify(text)}; allowed are whole numbers from 0`);
  }
  return value;
}

function print(report: FuzzReport, seconds: number): void {
  const { runs, accepted, refused, slowestMilliseconds, largestAllocation, failures } = report;
  console.log(
    `${failures.length === 0 ? 'ok  ' : 'FAIL'} ${report.target.padEnd(22)} ` +
      `${runs} runs, ${accepted} accepted, ${refused} refused, ` +
      `slowest ${slowestMilliseconds.toFixed(1)} ms, ` +
      `most memory ${(largestAllocation / 1024).toFixed(0)} KiB, ${seconds.toFixed(1)} s`,
  );
  for (const { why, inputHex } of failures) console.log(`     ${why}\n     input ${inputHex}`);
}

function main(): number {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(DEFAULT_RUNS) },
      seed: { type: 'string', default: String(Date.now() % 0x100000000) },
      target: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  const runs = wholeNumber('--runs', values.runs);
  const seed = wholeNumber('--seed', values.seed);
  const chosen = targets.filter(({ name }) => name.includes(values.target));
  if (chosen.length === 0) {
    throw new RangeError(
      `--target is ${JSON.stringify(values.target)}; allowed are parts of ${targets.map(({ name }) => name).join(', ')}`,
    );
  }
  if (!values.json) console.log(`seed ${seed} (replay with --seed ${seed} --runs ${runs})`);
  const reports = chosen.map((target) => {
    const start = performance.now();
    const report = runTarget(target, runs, seed, (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${target.name} ${done}/${runs} `);
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    if (!values.json) print(report, (performance.now() - start) / 1000);
    return report;
  });
  const failed = reports.filter(({ failures }) => failures.length > 0).length;
  if (values.json) console.log(JSON.stringify({ seed, runs, reports }, null, 2));
  else
    console.log(failed === 0 ? `all ${reports.length} targets held` : `${failed} targets failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(`fuzz: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
