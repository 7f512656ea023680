/** Wallets on the disk of the machine, for measurements. */
import { join } from 'node:path';
import { openLevelStore } from '../src/node/storage/level-store.ts';
import { SystemClock } from '../src/outside/clock/system-clock.ts';
import { SystemDisk } from '../src/outside/disk/system-disk.ts';
import { SeededEntropy } from '../src/outside/entropy/seeded-entropy.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import type { Transaction } from '../src/protocol/primitives/transaction.ts';
import type { Wallet } from '../src/wallet/wallet.ts';
import { DEFAULT_WALLET_OPTIONS } from '../src/wallet/wallet-options.ts';
import { Wallets } from '../src/wallet/wallets.ts';
import { showProgress } from './progress.ts';

export const WALLET_NAME = 'many coins';
/** Where its records are, in the folder of the wallets. */
export const RECORDS = join(WALLET_NAME, 'records');
const AT_ONCE = 2000;
const FIRST_HEIGHT = 1000;
const FIRST_TIME = 1_600_000_000;
/** A block every ten minutes. */
const SECONDS_A_BLOCK = 600;
export const LEAST_VALUE = 10_000;
const MORE_VALUE = 1_000_000;

const clock = new SystemClock();
const disk = new SystemDisk();

export const levelDoors = { clock, disk };

/** The wallets of a folder, which talk to nobody. */
export function walletsIn(folder: string, seed: string): Wallets {
  return new Wallets(
    { folder, wallet: { ...DEFAULT_WALLET_OPTIONS, chain: regtest, fallbackFeeRate: 10_000n } },
    {
      ...levelDoors,
      entropy: new SeededEntropy(seed),
      openStore: (path, options) => openLevelStore(path, levelDoors, options),
    },
  );
}

/** Fills a folder with a wallet that was paid so many times, each time at another address. */
export async function makeWallet(folder: string, coins: number): Promise<void> {
  const wallets = walletsIn(folder, 'a wallet that is made');
  const { wallet } = await wallets.create(WALLET_NAME);
  const draws = new SeededEntropy('payments to a wallet');
  for (let made = 0; made < coins; made += AT_ONCE) {
    const scripts = await newScripts(wallet, Math.min(AT_ONCE, coins - made));
    const transactions = scripts.map((script) => paymentTo(script, draws));
    await connectBlock(wallet, FIRST_HEIGHT + made / AT_ONCE, transactions, draws);
    showProgress('Making a wallet', Math.min(made + AT_ONCE, coins), coins);
  }
  await wallets.close();
}

function newScripts({ state }: Wallet, count: number): Promise<readonly Uint8Array[]> {
  const { keys, book } = state;
  return state.change((batch) =>
    Array.from({ length: count }, (_, i) => {
      const script = keys.next('bech32', false, batch);
      book.set(script, { label: `customer ${i}`, purpose: 'receive' }, batch);
      return script;
    }),
  );
}

/** One input and two outputs, as payments usually have. */
function paymentTo(scriptPubKey: Uint8Array, draws: SeededEntropy): Transaction {
  const prevout = { txid: draws.bytes(32) as never, vout: draws.u32() % 3 };
  const witness = [draws.bytes(71), draws.bytes(33)];
  const change = Uint8Array.of(0, 20, ...draws.bytes(20));
  return {
    version: 2,
    inputs: [{ prevout, scriptSig: new Uint8Array(0), witness, sequence: 0xfffffffd }],
    outputs: [
      { value: BigInt(LEAST_VALUE + (draws.u32() % MORE_VALUE)), scriptPubKey },
      { value: BigInt(draws.u32()), scriptPubKey: change },
    ],
    lockTime: 0,
  };
}

function connectBlock(
  { state }: Wallet,
  height: number,
  paid: readonly Transaction[],
  draws: SeededEntropy,
): Promise<void> {
  const { ledger, branch } = state;
  const time = FIRST_TIME + height * SECONDS_A_BLOCK;
  const place = { hash: draws.bytes(32), height, time };
  // Nothing of it is looked at but its transactions, and the first of them is the coinbase.
  const [coinbase] = regtest.genesis.transactions;
  const block = { ...regtest.genesis, transactions: [coinbase as Transaction, ...paid] };
  return state.change((batch) => {
    ledger.connect(place, block, { now: time });
    branch.push(place);
    state.saveBranch(batch);
  });
}
