/** Coins that may be spent, and what each of them is worth to a payment. */
import { feeAt } from '../../node/mempool/policy/fee-rate.ts';
import type { OutPoint, TxOut } from '../../protocol/primitives/transaction.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { opcodes } from '../../protocol/script/opcodes.ts';
import { isPayToScriptHash, solveScript } from '../../protocol/script/templates.ts';
import { type InputSize, inputVsize } from './input-size.ts';

/** A coin, with all that is needed to reckon with it. */
export interface SpendableCoin {
  readonly outPoint: OutPoint;
  readonly output: TxOut;
  /** From `inputSize` of its descriptor. */
  readonly size: InputSize;
  /** Coins of a lower tier are tried alone before those of a higher one join them; 0 by default. */
  readonly tier?: number;
  /** A sequence that it has to be spent with: a relative lock time (BIP68), or somebody's wish. */
  readonly sequence?: number;
  /** What a payment at its rate pays besides for what the coin depends on while it waits, in satoshis. */
  readonly ancestorFee?: bigint;
}

/** The rates that a payment reckons with, in satoshis for 1,000 virtual bytes. */
export interface PaymentRates {
  /** What this payment pays. */
  readonly feeRate: bigint;
  /** What spending a coin is expected to cost one day: Core's `-consolidatefeerate`. */
  readonly longTermFeeRate: bigint;
  /** At which a coin is worthless that costs as much as it holds: Core's `-discardfee`. */
  readonly discardFeeRate: bigint;
  /** What nodes take for dust: Core's `-dustrelayfee`. */
  readonly dustFeeRate: bigint;
}

/**
 * Bitcoin Core's rates, beside that of the payment itself.
 *
 * @example
 * { ...DEFAULT_RATES, feeRate: 5_000n }
 */
export const DEFAULT_RATES: Omit<PaymentRates, 'feeRate'> = {
  longTermFeeRate: 10_000n,
  discardFeeRate: 10_000n,
  dustFeeRate: 3_000n,
};

/** The kind of address that a coin was paid to; coins of one kind are spent together where possible. */
export type CoinKind = OutputType | 'unknown';

/** What is known of where a coin comes from, and how deep it lies. */
export interface CoinStanding {
  /** Blocks upon it, its own included; 0 while it waits. */
  readonly depth: number;
  /** Whether this wallet made the payment that it is an output of: change, mostly. */
  readonly isOwn: boolean;
  /** While it waits: how many transactions have to confirm with it, its own included. */
  readonly ancestors?: number;
}

/** Of one's own coins that wait, those are tried first that depend on few others; by Core's limits of 25. */
const FAMILY_SIZES = [2, 4, 12] as const;

/**
 * The tier of a coin as Bitcoin Core tries them: what others paid and six blocks have settled, and our
 * own of one block; then all that is confirmed; then our own change that waits, the less it depends on
 * the sooner; and last what others have promised and may take back.
 *
 * @example
 * coinTier({ depth: 1, isOwn: true }) // 0
 * coinTier({ depth: 0, isOwn: false }) // 6
 */
export function coinTier({ depth, isOwn, ancestors = 1 }: CoinStanding): number {
  if (depth >= (isOwn ? 1 : 6)) return 0;
  if (depth >= 1) return 1;
  const larger = FAMILY_SIZES.filter((size) => ancestors > size).length;
  return 2 + (isOwn ? larger : FAMILY_SIZES.length + 1);
}

/**
 * What it costs to spend a coin.
 *
 * @example
 * spendingFee(coin, 10_000n) // 680n
 */
export function spendingFee({ size }: Pick<SpendableCoin, 'size'>, feeRate: bigint): bigint {
  return feeAt(feeRate, inputVsize(size));
}

/** What a coin adds to a payment: its value, less the fee for spending it. It may be below zero. */
export function effectiveValue(coin: SpendableCoin, feeRate: bigint): bigint {
  return coin.output.value - spendingFee(coin, feeRate) - (coin.ancestorFee ?? 0n);
}

/**
 * The kind of a coin. A script hash with a witness behind it is no legacy coin.
 *
 * It is asked of every coin of a wallet, so that the usual forms are told by their bytes, without an
 * object for each.
 *
 * @example
 * coinKind(coin) // 'bech32'
 */
export function coinKind({ output: { scriptPubKey: script }, size }: SpendableCoin): CoinKind {
  if (isPayToScriptHash(script)) return size.witness > 0 ? 'p2sh-segwit' : 'legacy';
  const version = script[0];
  const push = script[1];
  if (push === script.length - 2) {
    if (version === opcodes.OP_1 && push === 32) return 'bech32m';
    if (version === opcodes.OP_0 && (push === 20 || push === 32)) return 'bech32';
  }
  return solveScript(script).kind === 'pubkeyhash' ? 'legacy' : 'unknown';
}
