import { CodedError } from '../../protocol/bytes/coded-error.ts';

/** Bitcoin Core's error codes, by which clients decide what to do. */
export const RPC = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  parse: -32700,
  misc: -1,
  forbiddenBySafeMode: -2,
  type: -3,
  wallet: -4,
  invalidAddressOrKey: -5,
  walletInsufficientFunds: -6,
  outOfMemory: -7,
  invalidParameter: -8,
  clientNotConnected: -9,
  clientInInitialDownload: -10,
  walletInvalidLabelName: -11,
  walletKeypoolRanOut: -12,
  walletUnlockNeeded: -13,
  walletPassphraseIncorrect: -14,
  walletWrongEncryptionState: -15,
  walletEncryptionFailed: -16,
  walletAlreadyUnlocked: -17,
  walletNotFound: -18,
  walletNotSpecified: -19,
  database: -20,
  deserialization: -22,
  clientNodeAlreadyAdded: -23,
  clientNodeNotAdded: -24,
  verify: -25,
  verifyRejected: -26,
  verifyAlreadyInUtxoSet: -27,
  inWarmup: -28,
  clientNodeNotConnected: -29,
  clientInvalidIpOrSubnet: -30,
  clientP2pDisabled: -31,
  methodDeprecated: -32,
  clientMempoolDisabled: -33,
  clientNodeCapacityReached: -34,
  walletAlreadyLoaded: -35,
  walletAlreadyExists: -36,
} as const;

/** An answer that is an error: its number and its words are Bitcoin Core's, since clients match on both. */
export class RpcError extends CodedError {
  override readonly name = 'RpcError';
  readonly code: string;
  /** One of {@link RPC}. */
  readonly number: number;

  constructor(number: number, message: string) {
    super(message);
    this.code = `rpc${number}`;
    this.number = number;
  }
}
