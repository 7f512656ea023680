export {
  type Bump,
  type BumpRequest,
  type BumpRules,
  bumpFee,
  bumpFeeRate,
  type Replaceable,
  signalsReplacement,
} from './spend/bump-fee.ts';
export { type ChangeOutput, type ChangeTerms, changeTerms } from './spend/change-terms.ts';
export { type ChangeTypeChoice, changeType } from './spend/change-type.ts';
export {
  type CoinKind,
  type CoinStanding,
  coinKind,
  coinTier,
  DEFAULT_RATES,
  effectiveValue,
  type PaymentRates,
  type SpendableCoin,
  spendingFee,
} from './spend/coin-input.ts';
export { createPayment } from './spend/create-payment.ts';
export { createSweep, type SweepRecipient, type SweepRequest } from './spend/create-sweep.ts';
export {
  type InputSize,
  inputSize,
  inputVsize,
  inputWeight,
  type SigningHabits,
  signedWeight,
} from './spend/input-size.ts';
export { antiFeeSnipingLockTime, isTipCurrent, type KnownTip } from './spend/lock-time.ts';
export { messageOutput } from './spend/message-output.ts';
export { PaymentError, type PaymentErrorCode, type Shortage } from './spend/payment-error.ts';
export type {
  FeeFloor,
  Payment,
  PaymentRequest,
  Recipient,
  SelectionAlgorithm,
  TransactionForm,
} from './spend/payment-request.ts';
export { DEFAULT_SCRYPT, type ScryptParameters } from './vault/passphrase-key.ts';
export { MAX_UNLOCK_SECONDS, Vault, type VaultDoors } from './vault/vault.ts';
export { VaultError, type VaultErrorCode } from './vault/vault-error.ts';
