/** From what a wallet cannot do to the numbers and words of Bitcoin Core. */
import { RPC, RpcError } from '../../node/rpc/rpc-error.ts';
import { StorageError } from '../../node/storage/storage-error.ts';
import { DiskError } from '../../outside/disk/disk-error.ts';
import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { SourceError } from '../source/source-error.ts';
import { PaymentError } from '../spend/payment-error.ts';
import { VaultError } from '../vault/vault-error.ts';
import { WalletError, type WalletErrorCode } from '../wallet-error.ts';

/** Whatever is not named here is a matter of the wallet: -4. */
const NUMBERS: Partial<Readonly<Record<WalletErrorCode, number>>> = {
  'no-keys': RPC.walletKeypoolRanOut,
  encrypted: RPC.walletWrongEncryptionState,
  'not-encrypted': RPC.walletWrongEncryptionState,
  'not-found': RPC.walletNotFound,
  'not-a-wallet': RPC.walletNotFound,
  'not-loaded': RPC.walletNotFound,
  'already-loaded': RPC.walletAlreadyLoaded,
  'unknown-transaction': RPC.invalidAddressOrKey,
  'not-abandonable': RPC.invalidAddressOrKey,
  'bad-descriptor': RPC.invalidAddressOrKey,
  'bad-range': RPC.invalidParameter,
  'already-spent': RPC.misc,
  'has-descendants': RPC.invalidParameter,
  'bad-change-index': RPC.invalidParameter,
  'sighash-mismatch': RPC.deserialization,
  'missing-utxo': RPC.verify,
};

const LOCKED = 'Error: Please enter the wallet passphrase with walletpassphrase first.';
const WRONG_PASSPHRASE = 'Error: The wallet passphrase entered was incorrect.';

/** What is none of a wallet's errors stays as it is. */
export function walletRpcError(error: unknown): unknown {
  if (error instanceof WalletError) {
    return new RpcError(NUMBERS[error.code] ?? RPC.wallet, error.coreWords);
  }
  if (error instanceof PaymentError) return new RpcError(paymentNumber(error), error.coreWords);
  if (error instanceof VaultError) return vaultError(error);
  return isOutside(error) ? new RpcError(RPC.wallet, error.message) : error;
}

/** What no wallet can help: a disk that is full, a database that is damaged, a node that has gone. */
function isOutside(error: unknown): error is CodedError {
  return [DiskError, StorageError, SourceError].some((kind) => error instanceof kind);
}

function paymentNumber({ code }: PaymentError): number {
  return code === 'insufficient-funds' ? RPC.walletInsufficientFunds : RPC.wallet;
}

function vaultError({ code, message }: VaultError): RpcError {
  switch (code) {
    case 'locked':
      return new RpcError(RPC.walletUnlockNeeded, LOCKED);
    case 'wrong-passphrase':
      return new RpcError(RPC.walletPassphraseIncorrect, WRONG_PASSPHRASE);
    case 'empty-passphrase':
    case 'bad-timeout':
      return new RpcError(RPC.invalidParameter, message);
    default:
      return new RpcError(RPC.wallet, message);
  }
}
