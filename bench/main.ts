/**
 * `npm run bench -- NAME [--json] [options of its own]`: measures, and says what was measured.
 *
 * Figures are ratios between two things timed in the same run on the same machine, because absolute
 * times differ from machine to machine and from minute to minute.
 */
import type { Bench } from './bench.ts';
import { benchConnect } from './connect.ts';
import { benchMempool } from './mempool.ts';
import { benchMicro } from './micro.ts';
import { benchMine } from './mine.ts';
import { benchRpc } from './rpc.ts';
import { benchScript } from './script.ts';
import { benchStart } from './start.ts';
import { benchSync } from './sync.ts';
import { benchWallet } from './wallet.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  script: benchScript,
  connect: benchConnect,
  sync: benchSync,
  mempool: benchMempool,
  mine: benchMine,
  rpc: benchRpc,
  start: benchStart,
  wallet: benchWallet,
  micro: benchMicro,
};

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-'));
  const bench = BENCHES[names[0] ?? ''];
  if (names.length !== 1 || bench === undefined) {
    const wrong = names.length === 1 ? names[0] : `${names.length} names`;
    console.error(`bench: got ${wrong}; allowed is one of ${Object.keys(BENCHES).join(', ')}`);
    return 2;
  }
  const allowed = ['--json', ...bench.options];
  const unknown = options.find((option) => !allowed.includes(option));
  if (unknown !== undefined) {
    console.error(`bench ${names[0]}: got ${unknown}; allowed are ${allowed.join(', ')}`);
    return 2;
  }
  const isGood = await bench.run({ json: options.includes('--json'), given: new Set(options) });
  return isGood ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
