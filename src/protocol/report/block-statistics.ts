/**
 * What can be counted in a block: sizes, amounts, fees, and how it changes the set of coins. The
 * figures are those of Bitcoin Core's `getblockstats`, roundings included.
 */
import { compactSizeLength } from '../bytes/compact-size.ts';
import { toReversedHex } from '../bytes/hex.ts';
import { isUnspendable } from '../consensus/coin.ts';
import type { BlockUndo } from '../consensus/connect-block.ts';
import { WITNESS_SCALE_FACTOR } from '../consensus/limits.ts';
import { blockSubsidy } from '../consensus/subsidy.ts';
import type { ConsensusParams } from '../params/chain-params.ts';
import type { Block } from '../primitives/block.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import {
  hasWitness,
  strippedTxSize,
  type Transaction,
  type TxOut,
  txSize,
} from '../primitives/transaction.ts';
import { type Percentiles, percentilesByWeight, truncatedMedian } from './percentiles.ts';

/**
 * Amounts are satoshis, sizes bytes, fee rates satoshis per virtual byte. The coinbase pays no fee and
 * counts in `transactions`, `outputs` and the growths only.
 */
export interface BlockStatistics {
  readonly hash: BlockHash;
  readonly height: number;
  readonly time: number;
  readonly medianTime: number;
  readonly transactions: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly subsidy: bigint;
  readonly totalOut: bigint;
  readonly totalFee: bigint;
  readonly fee: Figures<bigint>;
  readonly feeRate: Omit<Figures<number>, 'median'>;
  readonly feeRatePercentiles: Percentiles;
  readonly totalSize: number;
  readonly totalWeight: number;
  readonly size: Figures<number>;
  /** The transactions that have witnesses. */
  readonly segwit: SegwitStatistics;
  /** Outputs less inputs. */
  readonly unspent: Growth;
  /** The same without the outputs that never become coins. */
  readonly coins: Growth;
}

/** Of no transactions, all are 0. */
export interface Figures<T> {
  readonly min: T;
  readonly average: T;
  readonly median: T;
  readonly max: T;
}

export interface SegwitStatistics {
  readonly transactions: number;
  readonly totalSize: number;
  readonly totalWeight: number;
}

export interface Growth {
  readonly count: number;
  /** The bytes that outputs take where coins are kept, in Core's reckoning. */
  readonly size: number;
}

export interface BlockStatisticsFacts {
  readonly height: number;
  /** The median time past of this block. */
  readonly medianTime: number;
  /** The coins that it spent. */
  readonly undo: BlockUndo;
}

export type BlockStatisticsParams = Pick<
  ConsensusParams,
  'bip30Exceptions' | 'genesisSpendable' | 'halvingInterval' | 'initialSubsidy'
>;

/** Beside an output, a coin has an outpoint, a height and a mark of coinbases. */
const COIN_OVERHEAD = 36 + 4 + 1;

/** A transaction that is no coinbase. Valid amounts are exact in a double. */
interface Payment {
  readonly inputs: number;
  readonly out: number;
  readonly fee: number;
  readonly feeRate: number;
  readonly size: number;
  readonly weight: number;
  readonly segwit: boolean;
}

/**
 * The statistics of a valid block.
 *
 * @example
 * blockStatistics(block, { height, medianTime, undo }, main.consensus).totalFee
 */
export function blockStatistics(
  block: Block,
  { height, medianTime, undo }: BlockStatisticsFacts,
  params: BlockStatisticsParams,
): BlockStatistics {
  const payments = block.transactions.slice(1).map((tx, i) => paymentOf(tx, spentBy(i, undo)));
  const sizes = payments.map(({ size }) => size);
  const fees = payments.map(({ fee }) => fee);
  const totalFee = sum(fees);
  const totalWeight = sum(payments.map(({ weight }) => weight));
  return {
    hash: blockHash(block),
    height,
    time: block.header.time,
    medianTime,
    transactions: block.transactions.length,
    inputs: sum(payments.map(({ inputs }) => inputs)),
    outputs: sum(block.transactions.map(({ outputs }) => outputs.length)),
    subsidy: blockSubsidy(height, params),
    totalOut: payments.reduce((total, { out }) => total + BigInt(out), 0n),
    totalFee: BigInt(totalFee),
    fee: amounts(figuresOf(fees)),
    feeRate: {
      ...extentOf(payments.map(({ feeRate }) => feeRate)),
      average: quotient(totalFee * WITNESS_SCALE_FACTOR, totalWeight),
    },
    feeRatePercentiles: percentilesByWeight(
      payments.map(({ feeRate, weight }) => ({ value: feeRate, weight })),
    ),
    totalSize: sum(sizes),
    totalWeight,
    size: figuresOf(sizes),
    segwit: segwitStatistics(payments.filter(({ segwit }) => segwit)),
    ...growths(block, height, undo, params),
  };
}

function spentBy(payment: number, undo: BlockUndo): readonly TxOut[] {
  return (undo[payment] ?? []).map(({ output }) => output);
}

function paymentOf(tx: Transaction, spent: readonly TxOut[]): Payment {
  const out = amountOf(tx.outputs);
  const fee = amountOf(spent) - out;
  const size = txSize(tx);
  const weight = (WITNESS_SCALE_FACTOR - 1) * strippedTxSize(tx) + size;
  const feeRate = quotient(fee * WITNESS_SCALE_FACTOR, weight);
  return { inputs: tx.inputs.length, out, fee, feeRate, size, weight, segwit: hasWitness(tx) };
}

function segwitStatistics(payments: readonly Payment[]): SegwitStatistics {
  return {
    transactions: payments.length,
    totalSize: sum(payments.map(({ size }) => size)),
    totalWeight: sum(payments.map(({ weight }) => weight)),
  };
}

function growths(
  block: Block,
  height: number,
  undo: BlockUndo,
  params: BlockStatisticsParams,
): Pick<BlockStatistics, 'unspent' | 'coins'> {
  const unspent = { count: 0, size: 0 };
  const coins = { count: 0, size: 0 };
  block.transactions.forEach((tx, i) => {
    const makesCoins = i > 0 || coinbaseMakesCoins(block, height, params);
    for (const output of tx.outputs) {
      const size = coinSize(output);
      unspent.count++;
      unspent.size += size;
      if (!makesCoins || isUnspendable(output.scriptPubKey)) continue;
      coins.count++;
      coins.size += size;
    }
  });
  for (const { output } of undo.flat()) {
    const size = coinSize(output);
    unspent.count--;
    unspent.size -= size;
    coins.count--;
    coins.size -= size;
  }
  return { unspent, coins };
}

/**
 * The outputs of Bitcoin's first block are no coins. Those of the two coinbases that repeat earlier
 * ones take the places of coins, so that there are no more of them.
 */
function coinbaseMakesCoins(block: Block, height: number, params: BlockStatisticsParams): boolean {
  if (height === 0) return params.genesisSpendable;
  const exception = params.bip30Exceptions.find((position) => position.height === height);
  return exception === undefined || exception.blockHash !== toReversedHex(blockHash(block));
}

function coinSize({ scriptPubKey }: TxOut): number {
  const { length } = scriptPubKey;
  return 8 + compactSizeLength(length) + length + COIN_OVERHEAD;
}

function amountOf(outputs: readonly TxOut[]): number {
  let total = 0;
  for (const { value } of outputs) total += Number(value);
  return total;
}

function figuresOf(values: readonly number[]): Figures<number> {
  return {
    ...extentOf(values),
    average: quotient(sum(values), values.length),
    median: truncatedMedian(values),
  };
}

function extentOf(values: readonly number[]): Pick<Figures<number>, 'min' | 'max'> {
  if (values.length === 0) return { min: 0, max: 0 };
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

function amounts({ min, average, median, max }: Figures<number>): Figures<bigint> {
  return { min: BigInt(min), average: BigInt(average), median: BigInt(median), max: BigInt(max) };
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Without its fraction; of nothing, 0. Exact, where a division of doubles may round up. */
function quotient(dividend: number, divisor: number): number {
  return divisor === 0 ? 0 : (dividend - (dividend % divisor)) / divisor;
}
