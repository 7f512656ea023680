/** What is told of wallets: to the log, and to whoever wants to be called for each transaction. */
import type { Log } from '../node/log/log.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { TxState, WalletTx } from '../wallet/ledger/wallet-tx.ts';
import type { Wallet } from '../wallet/wallet.ts';
import type { WalletsOfService } from './service-options.ts';

export interface WalletWatch {
  readonly log: Log;
  readonly onTransaction: WalletsOfService['onTransaction'];
}

/** Begins with a wallet that was opened just now, and ends with it. */
export function watchWallet(wallet: Wallet, { log, onTransaction }: WalletWatch): void {
  const { name, state } = wallet;
  const say = (words: string): void => log('note', 'node', `${logName(name)} ${words}`);
  say('Wallet completed loading');
  say(`mapWallet.size() = ${state.ledger.size}`);
  const told = new WeakMap<WalletTx, TxState>();
  wallet.on((walletTx) => {
    // What was noted beside it is no news of the transaction itself.
    if (told.get(walletTx) === walletTx.state) return;
    told.set(walletTx, walletTx.state);
    if (isGivenUp(walletTx) || isOldLoss(walletTx)) return;
    say(`AddToWallet ${toReversedHex(walletTx.txid)}`);
    onTransaction?.(wallet, walletTx);
  });
}

/** Somebody did that, and knows. But of a coinbase it means that its block is gone. */
function isGivenUp({ state, isCoinbase }: WalletTx): boolean {
  return state.kind === 'abandoned' && !isCoinbase;
}

/** A block rules out what the pool had dropped before: that somebody took its place was told then. */
function isOldLoss({ state, wasDropped }: WalletTx): boolean {
  return state.kind === 'conflicted' && wasDropped === true;
}

/**
 * A wallet as lines of the log begin with it.
 *
 * @example
 * logName('savings') // '[savings]'
 */
export function logName(name: string): string {
  return `[${name === '' ? 'default wallet' : name}]`;
}
