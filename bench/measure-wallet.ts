import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLevelStore } from '../src/node/storage/level-store.ts';
import { p2wpkh } from '../src/protocol/script/templates.ts';
import { LEAST_VALUE, levelDoors, RECORDS, WALLET_NAME, walletsIn } from './bench-wallets.ts';

export interface MeasureWalletOptions {
  /** The folder of a wallet; it stays as it is. */
  readonly folder: string;
  readonly coins: number;
  readonly sends: number;
}

/** In milliseconds. */
export interface WalletFigures {
  /** Reading each record of the wallet, and nothing else. */
  readonly readMs: number;
  readonly openMs: number;
  readonly balanceMs: number;
  /** The first one begins with code that has never run. */
  readonly sendMs: readonly number[];
}

/** Opens a wallet, asks for its balance, and pays a few times. */
export async function measureWallet(options: MeasureWalletOptions): Promise<WalletFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-wallet-'));
  try {
    cpSync(options.folder, folder, { recursive: true });
    const readMs = await millisecondsOf(() => readRecords(join(folder, RECORDS)));
    return { readMs, ...(await measure(folder, options)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string, { coins, sends }: MeasureWalletOptions) {
  const wallets = walletsIn(folder, 'a wallet that is measured');
  const openMs = await millisecondsOf(() => wallets.load(WALLET_NAME));
  const wallet = wallets.get(WALLET_NAME);
  if (wallet?.coins().length !== coins) throw new Error(`the wallet has not ${coins} coins`);
  const balanceMs = await millisecondsOf(async () => wallet.balances());
  const script = p2wpkh(new Uint8Array(20).fill(9));
  const sendMs: number[] = [];
  for (let i = 1; i <= sends; i++) {
    sendMs.push(
      await millisecondsOf(() => wallet.send([{ script, amount: BigInt(10 * i * LEAST_VALUE) }])),
    );
  }
  await wallets.close();
  return { openMs, balanceMs, sendMs };
}

async function readRecords(path: string): Promise<void> {
  const store = await openLevelStore(path, levelDoors);
  let bytes = 0;
  for await (const [key, value] of store.iterate()) bytes += key.length + value.length;
  await store.close();
  if (bytes === 0) throw new Error(`there is nothing in ${path}`);
}

async function millisecondsOf(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}
