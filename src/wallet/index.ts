export type { BumpWishes } from './bump-payment.ts';
export type { Completed, Drafts } from './drafts.ts';
export type { FeeReason, FeeWishes } from './fee-choice.ts';
export { type FilledPsbt, type FillOptions, fillPsbt } from './fill-psbt.ts';
export type { LabelledImport } from './import-descriptor.ts';
export { type StandardDescriptor, standardDescriptors } from './keys/core-descriptors.ts';
export type { DescriptorKeeper } from './keys/descriptor-keeper.ts';
export type { DescriptorRecord } from './keys/descriptor-record.ts';
export {
  DEFAULT_LOOK_AHEAD,
  type ImportRequest,
  type ScriptOwner,
  type WalletKeys,
} from './keys/wallet-keys.ts';
export type { AddressBook, AddressEntry, AddressPurpose } from './ledger/address-book.ts';
export {
  type BalanceRules,
  type Balances,
  balancesOf,
  blocksToMaturity,
  Trust,
} from './ledger/balances.ts';
export {
  amountsOf,
  type HistoryCategory,
  type HistoryEntry,
  historyOf,
  isFromWallet,
  type TxAmounts,
} from './ledger/history.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { OwnCoin, TxNotes, TxState, WalletTx } from './ledger/wallet-tx.ts';
export {
  type CreatedWallet,
  type CreateWalletOptions,
  createWallet,
  openWallet,
} from './open-wallet.ts';
export type { Payer, PaymentFacts, PaymentWishes } from './payer.ts';
export type { RescanOptions, RescanResult } from './rescan.ts';
export type {
  BlockPlace,
  BroadcastVerdict,
  ChainSource,
  LeaveReason,
  PlacedBlock,
  PoolStanding,
  RelayTerms,
  SourceEvent,
  SourceListener,
  Stretch,
} from './source/chain-source.ts';
export type { RpcDoor } from './source/node-line.ts';
export { NodeSource, type SourceNode } from './source/node-source.ts';
export { RpcSource, type RpcSourceParts } from './source/rpc-source.ts';
export { SourceError, type SourceErrorCode } from './source/source-error.ts';
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
export { type NewAddress, type SentPayment, Wallet } from './wallet.ts';
export { WalletError, type WalletErrorCode } from './wallet-error.ts';
export { DEFAULT_WALLET_OPTIONS, type WalletOptions } from './wallet-options.ts';
export type { WalletDoors, WalletListener, WalletState } from './wallet-state.ts';
export { Wallets, type WalletsDoors, type WalletsOptions } from './wallets.ts';
