/**
 * `npm run conformance`: holds the project against the reference data, and prints a line a file.
 *
 *     npm run conformance                  every file
 *     npm run conformance -- script tx_    those whose name has one of these words in it
 *     npm run conformance -- --json        for programs
 */
import { checks } from './checks.ts';
import { type CaseOutcome, type VectorCheck, VectorFolder } from './vector-check.ts';

/** So many failures of a file are told in words. */
const TOLD = 10;

interface Line {
  readonly file: string;
  readonly passed: number;
  readonly total: number;
  readonly seconds: number;
  readonly failures: readonly string[];
}

function runCheck(check: VectorCheck, vectors: VectorFolder): Line {
  const start = performance.now();
  const outcomes = outcomesOf(check, vectors);
  const failures = outcomes.filter((outcome) => outcome !== undefined);
  return {
    file: check.file,
    passed: outcomes.length - failures.length,
    total: check.total,
    seconds: (performance.now() - start) / 1000,
    failures,
  };
}

/** A check that falls over on the whole file fails; the others still run. */
function outcomesOf(check: VectorCheck, vectors: VectorFolder): readonly CaseOutcome[] {
  try {
    return check.run(vectors);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

function print(line: Line): void {
  const reached = line.passed === line.total ? 'ok  ' : 'FAIL';
  const count = `${line.passed}/${line.total}`;
  console.log(
    `${reached} ${line.file.padEnd(40)} ${count.padStart(11)} ${line.seconds.toFixed(1).padStart(6)} s`,
  );
  for (const failure of line.failures.slice(0, TOLD)) console.log(`       ${failure}`);
  const rest = line.failures.length - TOLD;
  if (rest > 0) console.log(`       … and ${rest} more`);
}

function main(args: readonly string[]): number {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--json');
  if (unknown !== undefined) {
    console.error(
      `conformance: unknown option ${unknown}; allowed are --json and parts of file names`,
    );
    return 2;
  }
  const vectors = VectorFolder.find();
  if (vectors === undefined) {
    console.error(
      'conformance: no reference data in ../shared/vectors; name its folder in BLOCKYARD_VECTORS',
    );
    return 1;
  }
  const chosen = checks.filter(
    ({ file }) => words.length === 0 || words.some((word) => file.includes(word)),
  );
  if (chosen.length === 0) {
    console.error(`conformance: no file has ${words.join(' or ')} in its name; there are:`);
    for (const { file } of checks) console.error(`  ${file}`);
    return 2;
  }
  const json = args.includes('--json');
  const lines = chosen.map((check) => {
    const line = runCheck(check, vectors);
    if (!json) print(line);
    return line;
  });
  const missed = lines.filter((line) => line.passed !== line.total).length;
  if (json) console.log(JSON.stringify(lines, null, 2));
  else
    console.log(
      missed === 0 ? `all ${lines.length} reached` : `${missed} of ${lines.length} not reached`,
    );
  return missed === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
