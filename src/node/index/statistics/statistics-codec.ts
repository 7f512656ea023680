import { type Codec, decode, encode, struct } from '../../../protocol/bytes/codec.ts';
import type { BlockStatistics } from '../../../protocol/report/block-statistics.ts';
import type { Percentiles } from '../../../protocol/report/percentiles.ts';
import { readVarIntU64, writeVarInt } from '../../coins/var-int.ts';

/** What is written of a block: all but what its header and its height tell. */
export type CountedStatistics = Omit<
  BlockStatistics,
  'hash' | 'height' | 'time' | 'medianTime' | 'subsidy'
>;

const count: Codec<number> = {
  minSize: 1,
  read: (reader) => Number(readVarIntU64(reader)),
  write: writeVarInt,
};

/** Numbers below zero take turns with those above. */
const growth: Codec<number> = {
  minSize: 1,
  read(reader) {
    const code = count.read(reader);
    return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
  },
  write: (writer, value) => writeVarInt(writer, value < 0 ? -2 * value - 1 : 2 * value),
};

const satoshis: Codec<bigint> = {
  minSize: 1,
  read: (reader) => BigInt(readVarIntU64(reader)),
  write: writeVarInt,
};

const percentiles: Codec<Percentiles> = {
  minSize: 5,
  read: (reader) => [
    count.read(reader),
    count.read(reader),
    count.read(reader),
    count.read(reader),
    count.read(reader),
  ],
  write(writer, values) {
    for (const value of values) writeVarInt(writer, value);
  },
};

const growthCodec = struct({ count: growth, size: growth });

const codec: Codec<CountedStatistics> = struct({
  transactions: count,
  inputs: count,
  outputs: count,
  totalOut: satoshis,
  totalFee: satoshis,
  fee: struct({ min: satoshis, average: satoshis, median: satoshis, max: satoshis }),
  feeRate: struct({ min: count, average: count, max: count }),
  feeRatePercentiles: percentiles,
  totalSize: count,
  totalWeight: count,
  size: struct({ min: count, average: count, median: count, max: count }),
  segwit: struct({ transactions: count, totalSize: count, totalWeight: count }),
  unspent: growthCodec,
  coins: growthCodec,
});

export function encodeStatistics(statistics: CountedStatistics): Uint8Array {
  return encode(codec, statistics);
}

export function decodeStatistics(bytes: Uint8Array): CountedStatistics {
  return decode(codec, bytes);
}
