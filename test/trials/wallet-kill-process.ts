/**
 * Somebody with a wallet and a node in one process, who pays, asks for addresses, raises fees, and makes
 * wallets with passphrases; whatever he is told, he says. See `wallet-kill.ts`.
 */
import { writeSync } from 'node:fs';
import { drawBelow, drawChance } from '../../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { CodedError } from '../../src/protocol/bytes/coded-error.ts';
import { toHex } from '../../src/protocol/bytes/hex.ts';
import type { Txid } from '../../src/protocol/primitives/hashes.ts';
import type { Wallet } from '../../src/wallet/wallet.ts';
import { REPORT_STREAM } from './child.ts';
import { openWalletHome, payeeOf, type WalletHome } from './payments/wallet-home.ts';

export interface WalletKillTask {
  readonly folder: string;
  readonly wallet: string;
  /** How many were killed before him. */
  readonly life: number;
  /** The number of the first payment. */
  readonly first: number;
  readonly seed: string;
  readonly passphrase: string;
}

/** Blocks come so often that no chain of payments is too long for a node. */
const PAYMENTS_A_BLOCK = 8;
const LEAST_AMOUNT = 1000;
const HIGHEST_AMOUNT = 1_000_000;

/** Written at once: a line that has been written is not lost when the process is killed. */
function say(...words: readonly (string | number)[]): void {
  writeSync(REPORT_STREAM, `${words.join(' ')}\n`);
}

async function main(task: WalletKillTask): Promise<void> {
  say('started');
  const draws = new SeededEntropy(task.seed);
  const home = await openWalletHome(task.folder);
  const wallet = await home.wallets.load(task.wallet);
  say('opened');
  for (let number = task.first; ; number++) {
    if (drawChance(draws, 0.1))
      await makeSealed(home, `sealed-${task.life}-${number}`, task.passphrase);
    const { script } = await wallet.newAddress({ label: `for ${number}` });
    say('address', toHex(script));
    const isAlone = drawChance(draws, 0.2);
    if (isAlone) await wallet.detach();
    const amount = BigInt(LEAST_AMOUNT + drawBelow(draws, HIGHEST_AMOUNT));
    say('paying', number, amount.toString());
    const { walletTx } = await wallet.send([{ script: payeeOf(number), amount }]);
    say('paid', number, toHex(walletTx.txid));
    if (isAlone) await wallet.attach(home.source);
    else if (drawChance(draws, 0.2)) await bump(wallet, number, walletTx.txid);
    if (number % PAYMENTS_A_BLOCK !== 0) continue;
    await home.node.generate(1, payeeOf(0));
    // A payment may not go into a block that is lower than the chain was: the chain is not to lose any.
    await home.node.chain.flush();
  }
}

async function bump(wallet: Wallet, number: number, id: Txid): Promise<void> {
  try {
    const { walletTx } = await wallet.bump(id);
    say('bumped', number, toHex(walletTx.txid));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
  }
}

async function makeSealed(
  { wallets }: WalletHome,
  name: string,
  passphrase: string,
): Promise<void> {
  const { wallet } = await wallets.create(name);
  const { script } = await wallet.newAddress();
  say('created', name, toHex(script));
  await wallets.encrypt(name, passphrase);
  say('encrypted', name);
  await wallets.unload(name);
}

await main(JSON.parse(process.argv[2] as string) as WalletKillTask);
