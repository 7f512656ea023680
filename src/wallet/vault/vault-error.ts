import { CodedError } from '../../protocol/bytes/coded-error.ts';

export type VaultErrorCode =
  /** The passphrase is another one, or the encrypted key was damaged: nobody can tell which. */
  | 'wrong-passphrase'
  | 'empty-passphrase'
  /** The bytes are no vault, or no secret of one, whatever the passphrase. */
  | 'bad-format'
  /** A later version of this program wrote them. */
  | 'newer-version'
  /** A secret does not open with the key of its vault: it was damaged, or belongs to another record. */
  | 'damaged-secret'
  /** The key is needed, and is not there. */
  | 'locked'
  | 'bad-timeout'
  | 'bad-parameters';

/** What a vault cannot do. No message has a passphrase, a key or a secret in it, nor a part of one. */
export class VaultError extends CodedError {
  override readonly name = 'VaultError';
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
