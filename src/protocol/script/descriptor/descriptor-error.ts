import { CodedError } from '../../bytes/coded-error.ts';

export type DescriptorErrorCode =
  | 'too-long'
  /** A character that no descriptor has. */
  | 'bad-character'
  | 'bad-checksum'
  | 'missing-checksum'
  /** No function of this name, or no function where one is needed. */
  | 'unknown-function'
  /** A function that exists, but not here. */
  | 'misplaced-function'
  /** A miniscript that nobody should use, or nobody could. */
  | 'bad-miniscript'
  | 'bad-key'
  | 'bad-key-origin'
  | 'bad-key-path'
  /** Alternatives `<0;1>` where none belong, or in numbers that do not go together. */
  | 'bad-multipath'
  /** A threshold, a number of keys or a script size out of range. */
  | 'bad-multisig'
  | 'bad-tree'
  | 'bad-address'
  | 'bad-script'
  /** More text after the end. */
  | 'trailing-text'
  | 'bad-index'
  /** A hardened step, and no private key to take it with. */
  | 'needs-private-key'
  /** No key at this place: BIP32 gives none once in 2^127, nor below its 255th level. */
  | 'no-such-key';

/**
 * Text that is no output descriptor, or a descriptor that cannot do what is asked of it. Where
 * Bitcoin Core 28 has words for it, `message` has the same ones: `getdescriptorinfo` and others
 * hand them to their callers.
 */
export class DescriptorError extends CodedError {
  override readonly name = 'DescriptorError';
  readonly code: DescriptorErrorCode;

  constructor(code: DescriptorErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
