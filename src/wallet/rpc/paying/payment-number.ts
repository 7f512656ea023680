import { RpcError } from '../../../node/rpc/rpc-error.ts';
import { PaymentError } from '../../spend/payment-error.ts';
import { WalletError, type WalletErrorCode } from '../../wallet-error.ts';

/** What Core finds out while it puts a transaction together: it has one number for all of it. */
const WHILE_CREATING: readonly WalletErrorCode[] = ['no-fee-rate', 'not-signed', 'no-keys'];

/**
 * Gives all that keeps a payment from being made one number: each method of Core has its own.
 *
 * @example
 * await numbered(RPC.walletInsufficientFunds, () => wallet.send(recipients, wishes))
 */
export async function numbered<T>(number: number, run: () => Promise<T>, prefix = ''): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const isMeant =
      error instanceof PaymentError ||
      (error instanceof WalletError && WHILE_CREATING.includes(error.code));
    if (isMeant) throw new RpcError(number, `${prefix}${error.coreWords}`);
    throw error;
  }
}
