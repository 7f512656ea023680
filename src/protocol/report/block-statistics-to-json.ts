import { toReversedHex } from '../bytes/hex.ts';
import type { BlockStatistics } from './block-statistics.ts';
import type { JsonObject } from './json-text.ts';

/**
 * The statistics of a block as `getblockstats` shows them. Amounts are whole satoshis there.
 *
 * @example
 * blockStatisticsToJson(statistics).totalfee // 4440n
 */
export function blockStatisticsToJson(statistics: BlockStatistics): JsonObject {
  const { fee, feeRate, size, segwit, unspent, coins } = statistics;
  return {
    avgfee: fee.average,
    avgfeerate: feeRate.average,
    avgtxsize: size.average,
    blockhash: toReversedHex(statistics.hash),
    feerate_percentiles: statistics.feeRatePercentiles,
    height: statistics.height,
    ins: statistics.inputs,
    maxfee: fee.max,
    maxfeerate: feeRate.max,
    maxtxsize: size.max,
    medianfee: fee.median,
    mediantime: statistics.medianTime,
    mediantxsize: size.median,
    minfee: fee.min,
    minfeerate: feeRate.min,
    mintxsize: size.min,
    outs: statistics.outputs,
    subsidy: statistics.subsidy,
    swtotal_size: segwit.totalSize,
    swtotal_weight: segwit.totalWeight,
    swtxs: segwit.transactions,
    time: statistics.time,
    total_out: statistics.totalOut,
    total_size: statistics.totalSize,
    total_weight: statistics.totalWeight,
    totalfee: statistics.totalFee,
    txs: statistics.transactions,
    utxo_increase: unspent.count,
    utxo_size_inc: unspent.size,
    utxo_increase_actual: coins.count,
    utxo_size_inc_actual: coins.size,
  };
}
