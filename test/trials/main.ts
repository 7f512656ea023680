/**
 * `npm run trial -- NAME…`: puts promises of the project to the test, for as long as that takes.
 *
 *     npm run trial -- kill                   one of them; several names, or all
 *     npm run trial -- kill --times 10        so often
 *     npm run trial -- kill --seed 7          with the same chance again
 *     npm run trial -- kill --short           as the tests do it, in seconds
 *     npm run trial -- kill --json            for programs
 */
import { parseArgs } from 'node:util';
import { runTrial, type TrialOutcome } from './run-trial.ts';
import type { Figure, Trial } from './trial.ts';
import { trials } from './trials.ts';

/** So many failures of a trial are told in words. */
const TOLD = 10;

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `${name} is ${JSON.stringify(text)}; allowed are whole numbers from ${least}`,
    );
  }
  return value;
}

function chosen(names: readonly string[]): readonly Trial[] {
  if (names.length === 1 && names[0] === 'all') return trials;
  const found = names.map((name) => {
    const trial = trials.find((one) => one.name === name);
    if (trial !== undefined) return trial;
    const known = trials.map((one) => one.name).join(', ');
    throw new RangeError(`there is no trial ${JSON.stringify(name)}; there are ${known}, and all`);
  });
  if (found.length > 0) return found;
  const list = trials.map(({ name, shows }) => `\n  ${name.padEnd(14)}${shows}`);
  throw new RangeError(`name a trial, or all:${list.join('')}`);
}

/** Only what differs from the defaults is needed to see the same again. */
function replay({ trial, seed, size, times }: TrialOutcome, usual: number): string {
  const often = times === usual ? '' : ` --times ${times}`;
  return `npm run trial -- ${trial} --seed ${seed}${often}${size === 'short' ? ' --short' : ''}`;
}

function print(outcome: TrialOutcome, usual: number): void {
  const { trial, seconds, figures, failures } = outcome;
  for (const [name, figure] of Object.entries(figures)) printFigure(name, figure);
  for (const failure of failures.slice(0, TOLD)) console.log(`  FAIL ${failure}`);
  if (failures.length > TOLD) console.log(`  … and ${failures.length - TOLD} more`);
  const held = failures.length === 0;
  console.log(`${held ? 'ok  ' : 'FAIL'} ${trial}, ${seconds.toFixed(1)} s`);
  if (!held) console.log(`     replay: ${replay(outcome, usual)}`);
}

function printFigure(name: string, figure: Figure): void {
  if (typeof figure !== 'object') console.log(`  ${name}: ${figure}`);
  else {
    console.log(`  ${name}:`);
    console.table(figure);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      times: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 0x100000000) },
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const times = values.times === undefined ? undefined : wholeNumber('--times', values.times, 1);
  const seed = wholeNumber('--seed', values.seed, 0);
  const size = values.short ? 'short' : 'long';
  const say = values.json ? () => {} : (line: string) => console.log(`  ${line}`);
  const outcomes: TrialOutcome[] = [];
  for (const trial of chosen(positionals)) {
    if (!values.json) console.log(`${trial.name}: ${trial.shows}; seed ${seed}`);
    const outcome = await runTrial(trial, { seed, size, times, say });
    outcomes.push(outcome);
    if (!values.json) print(outcome, trial.times[size]);
  }
  if (values.json) console.log(JSON.stringify(outcomes, null, 2));
  return outcomes.every(({ failures }) => failures.length === 0) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`trial: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
