import { int64From } from '../arguments.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { RpcNumber, type RpcValue } from '../rpc-value.ts';

const MAX_INDEX = 2n ** 31n;
const MAX_LENGTH = 1_000_000n;

/** The first and the last index. */
export type DescriptorRange = readonly [first: number, last: number];

/**
 * The indices that a descriptor is to be expanded at: `[first, last]`, or the last alone.
 *
 * @example
 * descriptorRange(new RpcNumber('2')) // [0, 2]
 */
export function descriptorRange(value: RpcValue | undefined): DescriptorRange {
  const [first, last] = bounds(value);
  if (first > last) {
    throw refused('Range specified as [begin,end] must not have begin after end');
  }
  if (first < 0n) throw refused('Range should be greater or equal than 0');
  if (last >= MAX_INDEX) throw refused('End of range is too high');
  if (last >= first + MAX_LENGTH) throw refused('Range is too large');
  return [Number(first), Number(last)];
}

function bounds(value: RpcValue | undefined): readonly [bigint, bigint] {
  if (value instanceof RpcNumber) {
    const last = int64From(value);
    // Core has the same words for this, and asks for a negative end first.
    return last < 0n ? [last, last] : [0n, last];
  }
  if (Array.isArray(value) && value.length === 2) return [int64From(value[0]), int64From(value[1])];
  throw refused('Range must be specified as end or as [begin,end]');
}

function refused(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
