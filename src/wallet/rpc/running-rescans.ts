/** Wallets that look at old blocks once more. Each does so once at a time; others see it, and can call it off. */
import { RPC, RpcError } from '../../node/rpc/rpc-error.ts';
import type { Wallet } from '../wallet.ts';
import { requireUnlocked } from './require-unlocked.ts';
import type { WalletCall } from './wallet-method.ts';

export interface RunningRescan {
  /** In milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** From 0 to 1. */
  progress: number;
  readonly abort: AbortController;
}

const running = new WeakMap<Wallet, RunningRescan>();

/** The rescan that a call has under way in a wallet. */
export function runningRescan(wallet: Wallet): RunningRescan | undefined {
  return running.get(wallet);
}

/** Refuses what must not come between. @throws `RpcError` -4 */
export function requireNoRescan(
  wallet: Wallet,
  words = 'Wallet is currently rescanning. Abort existing rescan or wait.',
): void {
  if (running.has(wallet)) throw new RpcError(RPC.wallet, words);
}

/**
 * Does what may look at old blocks, while nobody else does in that wallet. It stays unlocked meanwhile,
 * so that it can make keys ahead, and gives up when the node stops.
 *
 * @throws `RpcError` -4 if somebody does already; `VaultError` `locked`
 */
export async function aloneWith<T>(
  wallet: Wallet,
  { context: { clock, signal } }: WalletCall,
  action: (rescan: RunningRescan) => Promise<T>,
): Promise<T> {
  requireNoRescan(wallet);
  const abort = new AbortController();
  const rescan: RunningRescan = { startedAt: clock.monotonic(), progress: 0, abort };
  const giveUp = (): void => abort.abort();
  running.set(wallet, rescan);
  const release = wallet.state.keys.secrets.vault?.hold();
  signal.addEventListener('abort', giveUp);
  try {
    requireUnlocked(wallet);
    return await action(rescan);
  } finally {
    signal.removeEventListener('abort', giveUp);
    release?.();
    running.delete(wallet);
  }
}
