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
  /** How many cases of each kind passed, where a file has kinds. */
  readonly groups?: readonly Group[];
}

interface Group {
  readonly name: string;
  readonly passed: number;
  readonly total: number;
}

async function runCheck(check: VectorCheck, vectors: VectorFolder): Promise<Line> {
  const start = performance.now();
  const outcomes = await outcomesOf(check, vectors);
  const names = check.groups?.(vectors);
  const failures = outcomes.filter((outcome) => outcome !== undefined);
  return {
    file: check.file,
    passed: outcomes.length - failures.length,
    total: check.total,
    seconds: (performance.now() - start) / 1000,
    failures,
    ...(names && { groups: countGroups(names, outcomes) }),
  };
}

function countGroups(names: readonly string[], outcomes: readonly CaseOutcome[]): readonly Group[] {
  return [...new Set(names)].map((name) => {
    const cases = outcomes.filter((_, i) => names[i] === name);
    const passed = cases.filter((outcome) => outcome === undefined).length;
    return { name, passed, total: cases.length };
  });
}

/** A check that falls over on the whole file fails; the others still run. */
async function outcomesOf(
  check: VectorCheck,
  vectors: VectorFolder,
): Promise<readonly CaseOutcome[]> {
  try {
    return await check.run(vectors);
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
  for (const { name, passed, total } of line.groups ?? []) {
    console.log(`       ${name.padEnd(30)} ${passed}/${total}`);
  }
  // Whoever asks for kinds wants to know what is wrong with each.
  const told = line.groups === undefined ? TOLD : line.failures.length;
  for (const failure of line.failures.slice(0, told)) console.log(`       ${failure}`);
  const rest = line.failures.length - told;
  if (rest > 0) console.log(`       … and ${rest} more`);
}

async function main(args: readonly string[]): Promise<number> {
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
  const lines: Line[] = [];
  for (const check of chosen) {
    const line = await runCheck(check, vectors);
    if (!json) print(line);
    lines.push(line);
  }
  const missed = lines.filter((line) => line.passed !== line.total).length;
  if (json) console.log(JSON.stringify(lines, null, 2));
  else
    console.log(
      missed === 0 ? `all ${lines.length} reached` : `${missed} of ${lines.length} not reached`,
    );
  return missed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
