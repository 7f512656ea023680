/**
 * `npm run bench -- NAME [--json]`: measures, and says what was measured.
 *
 * Figures are ratios between two things timed in the same run on the same machine, because absolute
 * times differ from machine to machine and from minute to minute.
 */
import { benchScript } from './script.ts';

const BENCHES: Readonly<Record<string, (options: BenchOptions) => void | Promise<void>>> = {
  script: benchScript,
};

interface BenchOptions {
  readonly json: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--json');
  const bench = BENCHES[names[0] ?? ''];
  if (unknown !== undefined || names.length !== 1 || bench === undefined) {
    const wrong = unknown ?? (names.length === 1 ? names[0] : `${names.length} names`);
    const allowed = Object.keys(BENCHES).join(', ');
    console.error(`bench: got ${wrong}; allowed is one of ${allowed}, and --json`);
    return 2;
  }
  await bench({ json: args.includes('--json') });
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
