import { CodedError } from '../protocol/bytes/coded-error.ts';

/**
 * - `not-a-wallet`, `damaged`: what is there cannot be read as a wallet, or not any more
 * - `newer-version`, `other-chain`: it is one, and not for this program, or not for this chain
 * - `exists`, `not-found`, `already-loaded`, `not-loaded`, `bad-name`: of the names of wallets
 * - `busy`: the wallet is being opened or closed already
 * - `not-a-backup`, `bad-backup`: a file that is no backup, or one that is damaged
 * - `pruned`: its node lacks blocks that the wallet has not seen
 * - `no-private-keys`: a wallet that only watches
 * - `no-keys`: there is no active descriptor for such addresses, or its keys have run out
 * - `encrypted`, `not-encrypted`: the wallet has a passphrase already, or has none
 * - `bad-descriptor`, `bad-range`: what cannot be imported
 * - `unknown-transaction`, `not-abandonable`, `already-spent`, `has-descendants`, `not-ours`, `settled`,
 *   `already-bumped`, `bad-change-index`: of transactions of the wallet
 * - `sighash-mismatch`, `missing-utxo`: of a PSBT that it cannot work on
 * - `no-fee-rate`: nobody knows what to pay
 * - `not-signed`: the wallet lacks keys for what it should sign
 * - `no-startup-list`: nobody keeps a list of the wallets that are opened at the start
 * - `closed`: the wallet has been closed
 */
export type WalletErrorCode =
  | 'not-a-wallet'
  | 'damaged'
  | 'newer-version'
  | 'other-chain'
  | 'exists'
  | 'not-found'
  | 'already-loaded'
  | 'not-loaded'
  | 'bad-name'
  | 'busy'
  | 'not-a-backup'
  | 'bad-backup'
  | 'pruned'
  | 'no-private-keys'
  | 'no-keys'
  | 'encrypted'
  | 'not-encrypted'
  | 'bad-descriptor'
  | 'bad-range'
  | 'unknown-transaction'
  | 'not-abandonable'
  | 'already-spent'
  | 'has-descendants'
  | 'not-ours'
  | 'settled'
  | 'already-bumped'
  | 'bad-change-index'
  | 'sighash-mismatch'
  | 'missing-utxo'
  | 'no-fee-rate'
  | 'not-signed'
  | 'no-startup-list'
  | 'closed';

/** What a wallet cannot do. `coreWords` are what Bitcoin Core's RPC answers, where it has words for it. */
export class WalletError extends CodedError {
  override readonly name = 'WalletError';
  readonly code: WalletErrorCode;
  readonly coreWords: string;

  constructor(code: WalletErrorCode, message: string, coreWords: string = message) {
    super(message);
    this.code = code;
    this.coreWords = coreWords;
  }
}
