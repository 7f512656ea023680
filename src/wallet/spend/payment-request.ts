/** What is asked for, and what comes of it. All of it is plain data. */
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import type { ChangeOutput } from './change-terms.ts';
import type { PaymentRates, SpendableCoin } from './coin-input.ts';
import type { KnownTip } from './lock-time.ts';

/** Who is paid, and how much. */
export interface Recipient {
  readonly script: Uint8Array;
  /** In satoshis. */
  readonly amount: bigint;
  /** Whether the fee is taken off it; shared equally by all who say so. */
  readonly subtractFee?: boolean;
}

/** How the transaction around the payment looks. */
export interface TransactionForm {
  /** 2 by default. */
  readonly version?: number;
  /** Instead of the one against fee sniping. */
  readonly lockTime?: number;
  /** For the lock time against fee sniping; without it, 0. */
  readonly tip?: KnownTip;
  /** Whether it announces that it may be replaced (BIP125); it does by default. */
  readonly replaceable?: boolean;
  /** 400,000 by default, the most that is relayed. */
  readonly maxWeight?: number;
  /** Refuses to pay more than this. */
  readonly maxFee?: bigint;
}

export interface PaymentRequest extends TransactionForm {
  readonly recipients: readonly Recipient[];
  /** What may be spent. Coins that are locked, immature or in use are not among them. */
  readonly coins: readonly SpendableCoin[];
  /** What is spent in any case, first and in this order. */
  readonly required?: readonly SpendableCoin[];
  /** Whether others may join those; they may by default. */
  readonly mayAddCoins?: boolean;
  readonly rates: PaymentRates;
  /** Where change goes; without it, a payment that needs change is refused. */
  readonly change?: ChangeOutput | undefined;
  /** Why there is none, for whoever hears of that. */
  readonly changeProblem?: string | undefined;
  /** Where change stands among the outputs; drawn by default. */
  readonly changePosition?: number;
  /** Spends coins of one address together or not at all: spending some tells of the others. */
  readonly avoidPartialSpends?: boolean;
  /** Does that if it costs no more than so much extra: Core's `-maxapsfee`. Not asked by default. */
  readonly maxGroupingFee?: bigint;
  /**
   * What all of some coins pay for what they depend on: no more than each of them by itself, since that is
   * the same for some.
   */
  readonly ancestorFeeOf?: (coins: readonly SpendableCoin[]) => bigint;
  /** A fee that has to be reached whatever the rate says: what is replaced, and something on top. */
  readonly feeFloor?: FeeFloor;
}

/** A fee of `base`, and of `feeRate` for the size on top. */
export interface FeeFloor {
  readonly base: bigint;
  readonly feeRate: bigint;
}

/** How the coins were found; `manual` where those that were named suffice. */
export type SelectionAlgorithm = 'bnb' | 'srd' | 'manual';

/** A transaction that is ready to be signed. */
export interface Payment {
  readonly tx: Transaction;
  /** What each input spends, in their order. */
  readonly coins: readonly SpendableCoin[];
  /** In satoshis: inputs less outputs. */
  readonly fee: bigint;
  /** Undefined where there is no change. */
  readonly changePosition: number | undefined;
  /** Once it is signed, at most. */
  readonly weight: number;
  readonly vsize: number;
  readonly algorithm: SelectionAlgorithm;
}
