/**
 * How long a wallet with 100,000 coins takes to open, and to send a payment; each coin came by a payment of
 * its own, to an address of its own. Beside that, how long it takes to read its records and do nothing with
 * them, and what a wallet with a few coins takes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { makeWallet } from './bench-wallets.ts';
import { madeFolderLater } from './made-folder.ts';
import type { WalletFigures } from './measure-wallet.ts';
import { runChild } from './run-child.ts';
import { least, median } from './summary.ts';

const COINS = 100_000;
const FEW = 100;
const ROUNDS = 5;
const SENDS = 5;

/** In milliseconds, of the fastest round. */
const OPEN_LIMIT_MS = 2000;
const SEND_LIMIT_MS = 500;

interface Figure {
  readonly name: string;
  readonly bestMs: number;
  readonly medianMs: number;
  readonly limitMs?: number;
}

/** `npm run bench -- wallet` */
export const benchWallet: Bench = {
  options: [],
  async run({ json }) {
    const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
    if (!json) console.log(`${machine}\n`);
    const [few, many] = [await walletWith(FEW), await walletWith(COINS)];
    const rounds: { readonly few: WalletFigures; readonly many: WalletFigures }[] = [];
    let memoryMb = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const small = await runChild('wallet', { folder: few, coins: FEW, sends: SENDS });
      const large = await runChild('wallet', { folder: many, coins: COINS, sends: SENDS });
      memoryMb = Math.max(memoryMb, large.peakMemoryMb);
      rounds.push({ few: small.answer, many: large.answer });
    }
    return report(rounds, memoryMb, { machine, json });
  },
};

/** The folder of a wallet, which the form of its records decides as well. */
function walletWith(coins: number): Promise<string> {
  return madeFolderLater(`wallet-${coins}-${formHash()}`, (folder) => makeWallet(folder, coins));
}

function formHash(): string {
  const hash = createHash('sha256');
  const wallet = join(import.meta.dirname, '../src/wallet');
  for (const folder of ['store', 'keys', 'ledger']) {
    for (const file of readdirSync(join(wallet, folder)).sort()) {
      if (!/(record|format|address-book).*\.(js|ts)$/.test(file)) continue;
      hash.update(readFileSync(join(wallet, folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 8);
}

function report(
  rounds: readonly { readonly few: WalletFigures; readonly many: WalletFigures }[],
  memoryMb: number,
  { machine, json }: { readonly machine: string; readonly json: boolean },
): boolean {
  const many = rounds.map((round) => round.many);
  const few = rounds.map((round) => round.few);
  const first = ({ sendMs }: WalletFigures): number => sendMs[0] ?? 0;
  const last = ({ sendMs }: WalletFigures): number => sendMs.at(-1) ?? 0;
  const figures = [
    figureOf('its records are read, and nothing else', many, ({ readMs }) => readMs),
    figureOf('it opens', many, ({ openMs }) => openMs, OPEN_LIMIT_MS),
    figureOf('it tells its balance', many, ({ balanceMs }) => balanceMs),
    figureOf('it sends its first payment', many, first, SEND_LIMIT_MS),
    figureOf(`it sends its payment number ${SENDS}`, many, last, SEND_LIMIT_MS),
    figureOf(`a wallet with ${FEW} coins opens`, few, ({ openMs }) => openMs),
    figureOf('it sends its first payment', few, first),
    figureOf(`it sends its payment number ${SENDS}`, few, last),
  ];
  const ratio = median(many.map(({ openMs, readMs }) => openMs / readMs));
  const isGood = figures.every(
    ({ bestMs, limitMs = Number.POSITIVE_INFINITY }) => bestMs < limitMs,
  );
  if (json) {
    const counts = { coins: COINS, rounds: ROUNDS };
    console.log(JSON.stringify({ bench: 'wallet', machine, ...counts, ratio, memoryMb, figures }));
    return isGood;
  }
  console.log(`a wallet with ${COINS} coins, each at an address of its own:`);
  for (const figure of figures) say(figure);
  console.log(
    `opening takes ${ratio.toFixed(2)} times what reading takes; ${memoryMb.toFixed(0)} MB`,
  );
  console.log(`best of ${ROUNDS} rounds within the limits: ${isGood ? 'ok' : 'TOO SLOW'}`);
  return isGood;
}

function figureOf(
  name: string,
  rounds: readonly WalletFigures[],
  value: (figures: WalletFigures) => number,
  limitMs?: number,
): Figure {
  const values = rounds.map(value);
  const limit = limitMs === undefined ? {} : { limitMs };
  return { name, bestMs: least(values), medianMs: median(values), ...limit };
}

function say({ name, bestMs, medianMs, limitMs }: Figure): void {
  const limit = limitMs === undefined ? '' : `, at most ${limitMs} ms`;
  const [best, usual] = [bestMs, medianMs].map((ms) => ms.toFixed(0).padStart(5));
  console.log(`${name.padEnd(40)} best ${best} ms, median ${usual} ms${limit}`);
}
