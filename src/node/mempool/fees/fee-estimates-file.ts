/**
 * A fee history as a file, in the format of Bitcoin Core 28's `fee_estimates.dat`. Behind its end is
 * the time when it was written, which Core takes from the file system.
 */
import { CodedError } from '../../../protocol/bytes/coded-error.ts';
import { Reader } from '../../../protocol/bytes/reader.ts';
import { Writer } from '../../../protocol/bytes/writer.ts';
import type { BucketHistory, ConfirmationStats } from './confirmation-stats.ts';
import { feeBuckets } from './fee-buckets.ts';
import type { FeeHistory } from './fee-history.ts';

/** Whoever reads the file has to know this version; it has been the same since Core 0.15. */
const REQUIRED_VERSION = 149_900;
/** After two and a half days, fees are others. */
const MAX_AGE_SECONDS = 60 * 60 * 60;

/** Core's order. */
const FILE_ORDER = ['medium', 'short', 'long'] as const;

/** A file that holds no history, or none that is of use. */
class FeeEstimatesFileError extends CodedError {
  override readonly name = 'FeeEstimatesFileError';
  readonly code = 'bad-fee-estimates';
}

/**
 * The file of a history.
 *
 * @param time Seconds since 1970.
 *
 * @example
 * restoreFeeHistory(new FeeHistory(seed), encodeFeeHistory(history, now), now)
 */
export function encodeFeeHistory(history: FeeHistory, time: number): Uint8Array {
  const { first, best } = history.span();
  const writer = new Writer(1 << 18);
  writer.i32(REQUIRED_VERSION);
  writer.i32(REQUIRED_VERSION);
  writer.u32(history.bestHeight);
  writer.u32(first);
  writer.u32(best);
  writeDoubles(writer, feeBuckets);
  for (const horizon of FILE_ORDER) writeStats(writer, history.stats[horizon]);
  writer.u64(BigInt(time));
  return writer.finish();
}

/**
 * Gives a new history what is in a file.
 *
 * @throws FeeEstimatesFileError, or DecodeError, if nothing in it is of use. The history is then as it
 * was.
 */
export function restoreFeeHistory(history: FeeHistory, file: Uint8Array, now: number): void {
  const reader = new Reader(file);
  const version = reader.i32();
  if (version !== REQUIRED_VERSION) {
    throw new FeeEstimatesFileError(`its version is ${version}; ${REQUIRED_VERSION} can be read`);
  }
  reader.i32();
  const bestHeight = reader.u32();
  const first = reader.u32();
  const best = reader.u32();
  if (first > best || best > bestHeight) {
    throw new FeeEstimatesFileError(`it covers heights ${first} to ${best} of ${bestHeight}`);
  }
  const bounds = readDoubles(reader);
  if (bounds.length !== feeBuckets.length || bounds.some((bound, i) => bound !== feeBuckets[i])) {
    throw new FeeEstimatesFileError('its classes of fee rates are others than these');
  }
  const restored = FILE_ORDER.map((horizon) => readStats(reader, history.stats[horizon]));
  if (reader.remaining > 0) checkAge(Number(reader.u64()), now);
  FILE_ORDER.forEach((horizon, i) => {
    restored[i]?.forEach((bucket, index) => {
      if (!isEmpty(bucket)) history.stats[horizon].restore(index, bucket);
    });
  });
  history.resume(bestHeight, { first, best });
}

function checkAge(time: number, now: number): void {
  if (now - time <= MAX_AGE_SECONDS) return;
  const hours = Math.floor((now - time) / 3600);
  throw new FeeEstimatesFileError(`it is ${hours} hours old; after 60 it says nothing any more`);
}

function writeStats(writer: Writer, stats: ConfirmationStats): void {
  const { decay, scale, periods } = stats.horizon;
  writeDouble(writer, decay);
  writer.u32(scale);
  writeRow(writer, (bucket) => stats.history(bucket)?.feeRateSum);
  writeRow(writer, (bucket) => stats.history(bucket)?.txCount);
  for (const counts of ['confirmed', 'failed'] as const) {
    writer.compactSize(periods);
    for (let period = 0; period < periods; period++) {
      writeRow(writer, (bucket) => stats.history(bucket)?.[counts][period]);
    }
  }
}

function readStats(reader: Reader, { horizon }: ConfirmationStats): readonly BucketHistory[] {
  const decay = readDouble(reader);
  const scale = reader.u32();
  if (decay !== horizon.decay || scale !== horizon.scale) {
    throw new FeeEstimatesFileError(`its decay is ${decay}, its scale ${scale}`);
  }
  const feeRateSums = readRow(reader);
  const txCounts = readRow(reader);
  const [confirmed, failed] = [
    readRows(reader, horizon.periods),
    readRows(reader, horizon.periods),
  ];
  return feeRateSums.map((feeRateSum, bucket) => ({
    feeRateSum,
    txCount: txCounts[bucket] as number,
    confirmed: Float64Array.from(confirmed, (row) => row[bucket] as number),
    failed: Float64Array.from(failed, (row) => row[bucket] as number),
  }));
}

function isEmpty({ txCount, failed }: BucketHistory): boolean {
  return txCount === 0 && failed.every((count) => count === 0);
}

function writeRow(writer: Writer, countOf: (bucket: number) => number | undefined): void {
  writeDoubles(
    writer,
    feeBuckets.map((_, bucket) => countOf(bucket) ?? 0),
  );
}

function readRow(reader: Reader): readonly number[] {
  const row = readDoubles(reader);
  if (row.length !== feeBuckets.length || !row.every((count) => count >= 0 && count < 1e30)) {
    throw new FeeEstimatesFileError('its counts are none');
  }
  return row;
}

function readRows(reader: Reader, periods: number): readonly (readonly number[])[] {
  const count = reader.count(1);
  if (count !== periods) {
    throw new FeeEstimatesFileError(`it tells ${count} periods apart, not ${periods}`);
  }
  return Array.from({ length: periods }, () => readRow(reader));
}

function writeDoubles(writer: Writer, values: Float64Array): void {
  writer.compactSize(values.length);
  for (const value of values) writeDouble(writer, value);
}

function readDoubles(reader: Reader): readonly number[] {
  const count = reader.count(8);
  return Array.from({ length: count }, () => readDouble(reader));
}

const eight = new DataView(new ArrayBuffer(8));

function writeDouble(writer: Writer, value: number): void {
  eight.setFloat64(0, value, true);
  writer.bytes(new Uint8Array(eight.buffer));
}

function readDouble(reader: Reader): number {
  new Uint8Array(eight.buffer).set(reader.bytes(8));
  return eight.getFloat64(0, true);
}
