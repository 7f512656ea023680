import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { OutPoint } from '../../protocol/primitives/transaction.ts';
import type { MempoolEntry } from './mempool-entry.ts';

/** Who brings a transaction: a peer, a user, or a block that is no longer part of the chain. */
export type TransactionSourceKind = 'peer' | 'rpc' | 'chain';

export interface AcceptOptions {
  readonly source?: TransactionSourceKind;
  /** Say what would happen, and change nothing. */
  readonly testOnly?: boolean;
  /** Satoshis for 1,000 virtual bytes; a transaction that pays more is refused as a mistake. */
  readonly maxFeeRate?: bigint;
  /** When it came first, in seconds: a pool that is loaded remembers. */
  readonly time?: number;
}

export interface AcceptPackageOptions {
  readonly source?: TransactionSourceKind;
  /** Each by itself and together, and change nothing: `testmempoolaccept`. */
  readonly testOnly?: boolean;
  readonly maxFeeRate?: bigint;
}

/**
 * What a refusal means for whoever remembers it. The names are those of Bitcoin Core's
 * `TxValidationResult`.
 *
 * - `consensus`: no block could have it
 * - `inputs-not-standard`: the witness does not matter, so that its txid can be remembered
 * - `not-standard`, `mempool-policy`: valid, and not wanted
 * - `missing-inputs`: what it spends is unknown, or spent
 * - `premature-spend`: time will mend it
 * - `witness-mutated`: under the same txid there may be one with another witness
 * - `witness-stripped`: somebody took its witness away; the wtxid says nothing, since it is the txid
 * - `conflict`: it is here already, or something that it must not replace
 * - `reconsiderable`: it pays too little alone, but a package may pay for it
 * - `unknown`: it was not looked at
 */
export type RejectKind =
  | 'consensus'
  | 'inputs-not-standard'
  | 'not-standard'
  | 'missing-inputs'
  | 'premature-spend'
  | 'witness-mutated'
  | 'witness-stripped'
  | 'conflict'
  | 'mempool-policy'
  | 'reconsiderable'
  | 'unknown';

export interface Accepted {
  readonly kind: 'accepted';
  readonly entry: MempoolEntry;
  /** Those that had to go for it, descendants included. */
  readonly replaced: readonly MempoolEntry[];
}

export interface Rejected {
  readonly kind: 'rejected';
  readonly error: RuleError;
  readonly reject: RejectKind;
  /** What it spends and nobody knows, if that is what is wrong. */
  readonly missing?: readonly OutPoint[];
}

export type AcceptResult = Accepted | Rejected;

/**
 * What became of a transaction of a package.
 *
 * - `accepted`: it is in the pool now, or would be. The rate that it was judged by is that of
 *   `effectiveIncludes` together, satoshis for 1,000 virtual bytes.
 * - `in-pool`: it was there before
 * - `different-witness`: one with the same txid is in the pool, and stays
 * - `rejected`; `unknown` as its kind: it was not looked at
 */
export type PackageTxResult =
  | (Accepted & {
      readonly effectiveFeeRate: bigint;
      readonly effectiveIncludes: readonly MempoolEntry[];
    })
  | { readonly kind: 'in-pool'; readonly entry: MempoolEntry }
  | { readonly kind: 'different-witness'; readonly entry: MempoolEntry }
  | Rejected;

export interface PackageResult {
  /** What is wrong with the package as a whole: `transaction failed` if it is one of them. */
  readonly error?: RuleError;
  /** One for each transaction, in their order. */
  readonly results: readonly PackageTxResult[];
  readonly replaced: readonly MempoolEntry[];
}
