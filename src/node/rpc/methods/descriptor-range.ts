import { JsonNumber, type JsonValue } from '../../../protocol/report/json-value.ts';
import { int64From } from '../arguments.ts';
import { RPC, RpcError } from '../rpc-error.ts';

const MAX_INDEX = 2n ** 31n;
const MAX_LENGTH = 1_000_000n;

/** The first and the last index. */
export type DescriptorRange = readonly [first: number, last: number];

/**
 * The indices that a descriptor is to be expanded at: `[first, last]`, or the last alone.
 *
 * @example
 * descriptorRange(new JsonNumber('2')) // [0, 2]
 */
export function descriptorRange(value: JsonValue | undefined): DescriptorRange {
  const [first, last] = bounds(value);
  if (first < 0n) throw refused('Range should be greater or equal than 0');
  // In Core a negative end has bits set that no index has.
  if (last < 0n || last >= MAX_INDEX) throw refused('End of range is too high');
  if (last >= first + MAX_LENGTH) throw refused('Range is too large');
  return [Number(first), Number(last)];
}

function bounds(value: JsonValue | undefined): readonly [bigint, bigint] {
  if (value instanceof JsonNumber) return [0n, int64From(value)];
  if (Array.isArray(value) && value.length === 2 && value.every(isNumber)) {
    const [first, last] = [int64From(value[0]), int64From(value[1])];
    if (first <= last) return [first, last];
    throw refused('Range specified as [begin,end] must not have begin after end');
  }
  throw refused('Range must be specified as end or as [begin,end]');
}

function isNumber(value: JsonValue): boolean {
  return value instanceof JsonNumber;
}

function refused(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
